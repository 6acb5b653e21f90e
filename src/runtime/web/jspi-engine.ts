import * as ort from "onnxruntime-web/jspi";
import { serveEngine } from "./serve-engine.js";

serveEngine(ort, "jspi");
