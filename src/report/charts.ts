/** Every chart of the report. They pull in the drawing library, so load this module only when a report is written. */
export { classGatesChart, drawnChannels } from "./charts/class-gates.js";
export { confusionHeatmap, mostClassesDrawn } from "./charts/confusion.js";
export { errorCurves, errors, lossCurves, losses, rates } from "./charts/curves.js";
export { gateChart, mostChannelsDrawn, type SpreadLine, spreadChart } from "./charts/gates.js";
export { type IntervalRow, intervalPlot } from "./charts/intervals.js";
export { confidenceHistogram, reliabilityDiagram } from "./charts/reliability.js";
