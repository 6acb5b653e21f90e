import * as ort from "onnxruntime-web/wasm";
import { serveEngine } from "./serve-engine.js";

serveEngine(ort, "wasm");
