import * as ort from "onnxruntime-web/webgpu";
import { serveEngine } from "./serve-engine.js";

serveEngine(ort, "asyncify");
