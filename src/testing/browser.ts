import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome"];
const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin"];

/** A browser on this machine; `SENET_CHROMIUM` names another. */
export const browser = [
  process.env.SENET_CHROMIUM,
  ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
].find((path) => path !== undefined && existsSync(path));

/**
 * Opens an address in the browser until the page there has reported.
 * @param reported what the page sends to the test's own server.
 * @param more flags of the browser; without any it has no graphics card.
 * @throws Error when the browser ends before.
 */
export async function openInBrowser<T>(
  address: string,
  reported: Promise<T>,
  more: readonly string[] = ["--disable-gpu"],
): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), "senet-browser-"));
  const flags = ["--headless", "--no-sandbox", `--user-data-dir=${profile}`, ...more];
  const child = spawn(browser!, [...flags, address], { stdio: "ignore", detached: true });
  const ended = once(child, "close");
  const failed = ended.then(() => Promise.reject(new Error("the browser ended before it reported")));
  try {
    return await Promise.race([reported, failed]);
  } finally {
    process.kill(-child.pid!, "SIGKILL"); // its own processes too, which would write into the profile
    await failed.catch(() => {});
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}
