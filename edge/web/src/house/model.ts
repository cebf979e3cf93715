import type { Watched } from "../ground/cameras/Standing";
/** What the administrator's doors answer; see /api/devices, /api/cameras, /api/accounts, /api/reports, /api/health. */

export interface Reported {
  revision: number;
  applied: boolean;
  code: string | null;
  facts: Record<string, string | number | boolean | null>;
  at: string;
}

export interface Device {
  id: string;
  kind: string;
  name: string;
  state: "waiting" | "accepted" | "refused" | "retired";
  code: string | null;
  profile: string;
  groups: string[];
  settings: Settings;
  meeting: string | null;
  seat: string | null;
  model: string;
  version: string;
  online: boolean;
  seen_at: string | null;
  created_at: string;
  accepted_at: string | null;
  revision: number;
  reported: Reported | null;
}

export type Value = string | number | boolean;
export type Settings = Record<string, Value>;

export interface Happening {
  at: string;
  what: string;
  who: string | null;
  ok: boolean | null;
}

export interface DeviceWhole extends Device {
  desired: { settings?: Settings; cameras?: { id: string; name: string; url: string; enabled: boolean }[] };
  history: Happening[];
}

export interface Rule {
  type: "string" | "integer" | "boolean";
  "x-title": Words;
  "x-unit"?: string;
  "x-kinds": string[];
  enum?: (string | number)[];
  minimum?: number;
  maximum?: number;
  pattern?: string;
  default: Value;
}

export interface Words {
  vi: string;
  en: string;
}

export interface Profile {
  id: string;
  kind: string;
  layer: "model" | "group";
  title: Words;
  notes: Words | null;
  settings: Settings;
}

export interface Profiles {
  profiles: Profile[];
  settings: Record<string, Rule>;
}

export interface Camera extends Watched {
  name: string;
  shown_url: string;
  /** Who watches it at the moment. */
  holder: string | null;
  latitude: number | null;
  longitude: number | null;
  address: string;
}

export interface Look {
  ok: boolean;
  code: string | null;
  facts: Record<string, string | number | boolean | null>;
  jpeg_base64: string | null;
  width: number | null;
  height: number | null;
  fps: number | null;
  codec: string | null;
}

export interface Account {
  id: string;
  login: string;
  name: string;
  roles: string[];
  must_change: boolean;
  disabled: boolean;
}

export interface OpenSession {
  id: string;
  created_at: string;
  seen_at: string;
  address: string;
  agent: string;
  mine: boolean;
}

export interface OneTime {
  account: Account;
  password: string | null;
}

export interface Report {
  id: string;
  kind: string;
  subject: string;
  connector_name: string;
  connector_state: "on" | "off" | "gone" | "removed";
  state: "waiting" | "delivered" | "dead" | "withdrawn";
  attempts: number;
  created_at: string;
  next_at: string;
  done_at: string | null;
  code: string | null;
  facts: Record<string, string | number | boolean | null>;
  reference: string | null;
}

export interface Health {
  version: string;
  ready: boolean;
  children: { name: string; state: string; starts: number; rss_mib: number | null }[];
  children_mib: number;
  broker_connected: boolean;
  disk_free_bytes: number;
  disk_total_bytes: number;
  certificate_ends_at: string;
  backup_at: string | null;
  reports: { waiting: number; dead: number; oldest_waiting_at: string | null };
  addresses: Record<string, string>;
}

export interface MeetingLine {
  id: string;
  title: string;
  state: string;
}

export interface MeetingSeats {
  id: string;
  plan: { seats: { id: string; label: string }[] };
}
