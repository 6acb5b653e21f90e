import { Command } from "commander";
import { wholes } from "../../bounds.js";
import { number } from "../flags/number-option.js";
import { showPage } from "../terminal/show-page.js";
import { untilStopped } from "../terminal/until-stopped.js";

interface StudioFlags {
  readonly runs: string;
  readonly host: string;
  readonly port: number;
  readonly open: boolean;
}

/** `senet studio`: a page to look at models, photos and runs. */
export const studio = new Command("studio")
  .option("--runs <folder>", "folder whose runs are shown, also while they train; nothing in it is changed", "runs")
  .option("--host <address>", "address to listen on; 0.0.0.0 lets other machines look", "127.0.0.1")
  .addOption(number("--port <n>", "port to listen on; 0 takes any that is free", wholes(0, 65_535), 8090))
  .option("--no-open", "do not open the browser")
  .action(run);

async function run({ runs, host, port, open }: StudioFlags): Promise<void> {
  const { startStudio } = await import("../../studio/start-studio.js");
  const server = await startStudio({ runs, host, port });
  await untilStopped(server, `${server.url} shows the studio, with the runs of ${runs}\nCtrl-C ends it\n`, {
    message: "ending",
    onStart: () => {
      if (open) showPage(server.url);
    },
  });
}
