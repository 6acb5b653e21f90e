import type { HubRequestOptions } from "./hub-api.js";
import type { HubSettings } from "./hub-settings.js";

/** How a model of the hub is brought here. */
export interface HubOptions extends HubRequestOptions {
  /** Where it comes from and goes; what the environment says, by default. */
  readonly settings?: HubSettings;
  /** Called while a file comes, with the bytes there are and how many there will be. */
  readonly onProgress?: ((file: string, bytes: number, total: number) => void) | undefined;
  /**
   * Whether to ask the hub and compare files that are there already with their checksums. Without it, what a commit
   * has in the cache is taken as it is, and where the hub cannot be reached a branch is where it was last seen.
   */
  readonly refresh?: boolean;
}
