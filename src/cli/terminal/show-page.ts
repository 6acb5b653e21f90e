import { spawn } from "node:child_process";

/** What opens an address with the user's own browser. */
const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Opens an address in the user's browser, where somebody sits at a terminal; the address that was printed is enough else. */
export function showPage(address: string): void {
  if (!process.stdout.isTTY) return;
  const [program, ...words] = openers[process.platform] ?? ["xdg-open"];
  spawn(program, [...words, address], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
