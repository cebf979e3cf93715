import type { components } from "../../ground/api.gen";

type Schemas = components["schemas"];

/** What the ONVIF doors answer. */
export type Found = Schemas["FoundView"];
export type Encoder = Schemas["EncoderView"];
export type Profile = Schemas["StreamView"];

/** A clock that is further off is named. */
export const SKEW_S = 60;
