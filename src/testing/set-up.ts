// Vitest runs this file for every file of tests; what it imports registers itself once.
import "./same-bytes.js";
