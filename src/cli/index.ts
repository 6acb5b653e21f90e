#!/usr/bin/env node
import { main } from "./main.js";
import { allowClosedReaders, endWith, typedArguments } from "./terminal/print.js";

allowClosedReaders();
const code = await main(typedArguments());
if (code !== 0) endWith(code);
