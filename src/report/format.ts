/** Numbers as people read them. Minus is the true sign "−", which is as wide as "+". */

/** A count with thousands separated: 272474 → "272,474". */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** Multiply-accumulates with three digits: 40_813_184 → "40.8 M", 3_860_490_000 → "3.86 G". */
export function formatMacs(macs: number): string {
  const [divisor, unit] = macs >= 999.5e6 ? [1e9, "G"] : macs >= 999.5e3 ? [1e6, "M"] : [1e3, "k"];
  return `${formatDigits(macs / divisor)} ${unit}`;
}

/** A number with about three significant digits and no exponent: 0.0123, 1.23, 12.3, 1,230. */
export function formatDigits(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return "—";
  if (size >= 99.95) return formatCount(value).replace("-", "−");
  const decimals = size === 0 ? 0 : Math.min(4, Math.max(1, 2 - Math.floor(Math.log10(Number(size.toPrecision(3))))));
  return fixed(value, decimals);
}

/** A number with `decimals` decimals. */
export function fixed(value: number, decimals = 2): string {
  if (!Number.isFinite(value)) return "—";
  const text = value.toFixed(decimals);
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text.replace("-", "−");
}

/** A difference with its sign: 1.2 → "+1.20", −0.3 → "−0.30". */
export function signed(value: number, decimals = 2): string {
  const text = fixed(value, decimals);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** A relative difference with its sign: 0.871 → "+0.87 %", 9.4 → "+9.4 %", 41.7 → "+42 %". */
export function signedPercent(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000) return `${value > 0 ? "+" : "−"}${formatCount(size)} %`;
  return `${signed(value, size < 1 ? 2 : size < 10 ? 1 : 0)} %`;
}

/** Seconds as `1:05` or `2:03:04`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** "1 seed", "3 seeds", "10,000 images". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : noun.endsWith("s") ? "es" : "s"}`;
}
