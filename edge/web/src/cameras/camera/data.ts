import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { get } from "../../ground/http/client";
import { useSnapshot } from "../../ground/live/source";
import { cameraTopic } from "../../ground/post/topics";
import type { Health, Look } from "../../ground/wire";

/** A polygon: points [x, y] in thousandths of the picture's width and height. */
export type Shape = [number, number][];

export interface Camera {
  id: string;
  name: string;
  watcher: string | null;
  enabled: boolean;
  address: string;
  zones: Shape[];
  masks: Shape[];
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
