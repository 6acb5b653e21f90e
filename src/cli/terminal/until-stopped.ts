import { interruptible } from "./interrupt.js";
import { print } from "./print.js";

/**
 * Says where a server is, and keeps it until Ctrl-C or SIGTERM; then it ends by itself.
 * @param message what is said then.
 * @param onStart what is done once it has been said where it is.
 */
export async function untilStopped(
  server: { close(): Promise<void> },
  greeting: string,
  { message, onStart }: { readonly message: string; readonly onStart?: () => void },
): Promise<void> {
  print(greeting);
  onStart?.();
  await interruptible(message, (signal) => {
    return new Promise<void>((resolve, reject) => {
      signal.addEventListener("abort", () => void server.close().then(resolve, reject));
    });
  });
}
