// The last part of `npm run build`: counts what every network takes, so that `senet models` need not build them.
import { writeCatalogue } from "../dist/workspace/model/catalogue.js";

await writeCatalogue();
