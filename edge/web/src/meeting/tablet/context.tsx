import { createContext, useContext, useSyncExternalStore } from "react";
import type { TabletDesk, View } from "./desk";

export const DeskContext = createContext<TabletDesk | null>(null);

export function useDesk(): TabletDesk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("no tablet above this component");
  return desk;
}

export function useView(): View {
  const desk = useDesk();
  return useSyncExternalStore(desk.subscribe, desk.now);
}
