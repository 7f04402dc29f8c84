import type { Charge, Status } from "./api";

const STATES: Record<number, string> = {
  21100: "Trained",
  21101: "Training",
  21102: "Not trained yet",
  21103: "Queued",
  21106: "Failed",
};

/** Whether the state may still change by itself. */
export function isLive(status: Status | undefined): boolean {
  return status?.code === 21101 || status?.code === 21103;
}

export function stateWord(status: Status | undefined): string {
  if (!status) return "Unknown";
  return STATES[status.code] ?? status.description ?? `State ${status.code}`;
}

export function money(charge: Charge | undefined): string {
  if (!charge) return "–";
  const amount = new Intl.NumberFormat(undefined, { style: "currency", currency: charge.currency });
  return amount.format(charge.amount_cents / 100) + (charge.final ? "" : " so far");
}

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
