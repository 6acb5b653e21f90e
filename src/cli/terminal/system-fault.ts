/** What the system says where a path, a right, the disk or an address is the trouble, not senet. */
const told: Readonly<Record<string, string>> = {
  ENOENT: "check the path",
  ENOTDIR: "check the path",
  EISDIR: "give a file",
  ELOOP: "check the path",
  ENAMETOOLONG: "give a shorter name",
  EEXIST: "choose another name",
  ENOTEMPTY: "choose another folder",
  EACCES: "choose a place that you may use",
  EPERM: "choose a place that you may use",
  EROFS: "choose a place that can be written",
  ENOSPC: "make room, or choose another disk",
  EDQUOT: "make room, or choose another disk",
  EFBIG: "make room, or choose another disk",
  EBUSY: "try again once nothing else uses it",
  ETXTBSY: "try again once nothing else uses it",
  EMFILE: "open fewer files at a time",
  ENFILE: "open fewer files at a time",
  EIO: "check the disk",
  EXDEV: "choose a place on the same disk",
  EADDRINUSE: "choose another port, or end what listens there",
  EADDRNOTAVAIL: "give an address of this machine",
  ENOTFOUND: "give an address of this machine",
  EAI_AGAIN: "give an address of this machine",
};

/** One line for an error of the system on a path or an address, that of its cause included; undefined for any other error. */
export function systemFault(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code = "", path, syscall } = at as NodeJS.ErrnoException;
    const advice = Object.hasOwn(told, code) ? told[code] : undefined;
    if (advice === undefined || syscall === undefined) continue;
    const [line = ""] = at.message.split("\n");
    return `${path === undefined ? "the system refuses" : `cannot use ${path}`} (${line}); ${advice}`;
  }
  return undefined;
}
