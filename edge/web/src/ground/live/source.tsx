import { createContext, useCallback, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import type { Connection, ConnectionView } from "./connection";
import { Live } from "./live";
import type { Heard, Snapshots } from "./snapshots";

/** Where a page hears the meeting from: the WebSocket of people, or the MQTT client of a tablet. */
export interface Source {
  snapshots: Snapshots;
  connection: Connection;
}

export const SourceContext = createContext<Source | null>(null);

/** Starts the WebSocket while its children are shown. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [live] = useState(() => new Live());
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  return <SourceContext value={live}>{children}</SourceContext>;
}

export function useSource(): Source {
  const source = useContext(SourceContext);
  if (source === null) throw new Error("no source above this component");
  return source;
}

/** The newest payload of a topic with the time at which it was heard, or undefined until it comes. */
export function useHeard<T>(topic: string): Heard<T> | undefined {
  const { snapshots } = useSource();
  const subscribe = useCallback((call: () => void) => snapshots.subscribe(topic, call), [snapshots, topic]);
  return useSyncExternalStore(subscribe, () => snapshots.get(topic) as Heard<T> | undefined);
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the topic table says which payload a topic has
export function useSnapshot<T>(topic: string): T | undefined {
  return useHeard<T>(topic)?.payload;
}

export function useConnection(): ConnectionView {
  const { connection } = useSource();
  return useSyncExternalStore(connection.subscribe, connection.now);
}

/** The time, again every `every_ms`, for timers and ages. */
export function useNow(every_ms = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), every_ms);
    return () => window.clearInterval(timer);
  }, [every_ms]);
  return now;
}
