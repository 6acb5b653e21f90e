import type { ServerEvent } from "../../serve/serve-options.js";
import type { ModelServer } from "../../serve/start-server.js";
import { untilStopped } from "./until-stopped.js";

/** An event of a server as a line of its log. */
export function eventLine(event: ServerEvent): string {
  return JSON.stringify({ time: new Date().toISOString(), ...event });
}

/** Says where a server is and what can be asked, and keeps it until Ctrl-C or SIGTERM. */
export async function served(server: ModelServer): Promise<void> {
  const models = server.models();
  const [first] = models;
  const names = models.map(({ name, version }) => `${name} (version ${version})`).join(", ");
  const greeting =
    `${server.url} serves ${names}\n` +
    `  curl --data-binary @photo.jpg ${server.url}/v2/models/${first!.name}/classify\n` +
    "Ctrl-C ends it when all requests are answered\n";
  await untilStopped(server, greeting, { message: "ending when all requests are answered; once more ends at once" });
}
