/** Four groups of four, so that two people can compare by reading aloud. */
export const shortHash = (sha256: string) => (sha256.slice(0, 16).match(/.{4}/g) ?? []).join(" ");
