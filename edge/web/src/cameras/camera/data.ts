import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { get } from "../../ground/http/client";
import type { Watched } from "../../ground/cameras/Standing";
import { useSnapshot } from "../../ground/live/source";
import { cameraTopic } from "../../ground/post/topics";
import type { Look } from "../../ground/wire";
import type { Drawn } from "./areas/model";

export interface Camera extends Drawn, Watched {
  name: string;
  shown_url: string;
  address: string;
}

export function useCameras(): UseQueryResult<Camera[]> {
  return useQuery({ queryKey: ["cameras"], queryFn: () => get<Camera[]>("/api/cameras"), refetchInterval: 30_000 });
}

export function useLook(camera: string): Look | undefined {
  return useSnapshot<Look>(cameraTopic(camera, "look"));
}
