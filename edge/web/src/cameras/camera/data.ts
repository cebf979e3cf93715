import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { get } from "../../ground/http/client";
import { useSnapshot } from "../../ground/live/source";
import { cameraTopic } from "../../ground/post/topics";
import type { Health, Look } from "../../ground/wire";
import type { Drawn } from "./areas/model";

export interface Camera extends Drawn {
  id: string;
  name: string;
  shown_url: string;
  watcher: string | null;
  enabled: boolean;
  address: string;
  health: Health | null;
}

export function useCameras(): UseQueryResult<Camera[]> {
  return useQuery({ queryKey: ["cameras"], queryFn: () => get<Camera[]>("/api/cameras"), refetchInterval: 30_000 });
}

/** How its watcher sees it, newest word first. */
export function useHealth(camera: Camera): Health | null {
  return useSnapshot<Health>(cameraTopic(camera.id, "health")) ?? camera.health;
}

export function useLook(camera: string): Look | undefined {
  return useSnapshot<Look>(cameraTopic(camera, "look"));
}
