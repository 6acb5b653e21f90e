#!/usr/bin/env node
import { main } from "./main.js";
import { allowLostOutput, endWith, typedArguments } from "./terminal/print.js";

allowLostOutput();
const code = await main(typedArguments());
if (code !== 0) endWith(code);
