import { useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import { get, patch, post } from "../ground/http/client";
import { useSource } from "../ground/live/source";
import type { Device, DeviceWhole, MeetingLine, MeetingSeats, Profiles, Settings } from "./model";
import type { Tone } from "./parts";

const LIST = ["devices"];

/** The device list, asked again when the air says that a device has changed. */
export function useDevices(): UseQueryResult<Device[]> {
  const client = useQueryClient();
  const { snapshots } = useSource();
  useEffect(() => {
    let timer: number | undefined;
    const soon = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void client.invalidateQueries({ queryKey: LIST }), 400);
    };
    const end = snapshots.subscribe("*", soon);
    return () => {
      end();
      window.clearTimeout(timer);
    };
  }, [client, snapshots]);
  return useQuery({ queryKey: LIST, queryFn: () => get<Device[]>("/api/devices"), refetchInterval: 10_000 });
}

export function useDevice(id: string): UseQueryResult<DeviceWhole> {
  return useQuery({ queryKey: [...LIST, id], queryFn: () => get<DeviceWhole>(`/api/devices/${id}`), refetchInterval: 5000 });
}

export function useProfiles(): UseQueryResult<Profiles> {
  return useQuery({ queryKey: ["profiles"], queryFn: () => get<Profiles>("/api/profiles"), staleTime: Infinity });
}

export function useMeetings(): UseQueryResult<MeetingLine[]> {
  return useQuery({ queryKey: ["meetings"], queryFn: () => get<MeetingLine[]>("/api/meetings") });
}

export function useSeats(meeting: string | null): UseQueryResult<MeetingSeats> {
  return useQuery({ queryKey: ["meetings", meeting, "seats"], queryFn: () => get<MeetingSeats>(`/api/meetings/${meeting ?? ""}`), enabled: meeting !== null && meeting !== "" });
}

export interface DeviceChange {
  name?: string;
  meeting?: string;
  seat?: string;
  profile?: string;
  groups?: string[];
  settings?: Settings;
}

type Deed = "accept" | "refuse" | "retire" | "identify";

/** One thing done to a device; the list is asked again afterwards. */
export function useDeed(id: string, deed: Deed): UseMutationResult<unknown, Error, DeviceChange | undefined> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body) => post(`/api/devices/${id}/${deed}`, body),
    onSuccess: () => client.invalidateQueries({ queryKey: LIST }),
  });
}

export function useChange(id: string): UseMutationResult<unknown, Error, DeviceChange> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body) => patch(`/api/devices/${id}`, body),
    onSuccess: () => client.invalidateQueries({ queryKey: LIST }),
  });
}

export interface Condition {
  tone: Tone;
  /** Under house.devices.is. */
  key: "waiting" | "refusedSettings" | "offline" | "never" | "behind" | "good";
}

/** How a device is, worst first: what an administrator should look at before anything else. */
export function condition(device: Device): Condition {
  if (device.state === "waiting") return { tone: "wait", key: "waiting" };
  if (device.reported?.applied === false && device.reported.revision === device.revision) return { tone: "bad", key: "refusedSettings" };
  if (!device.online) return { tone: device.seen_at === null ? "off" : "bad", key: device.seen_at === null ? "never" : "offline" };
  const behind = device.reported !== null && device.reported.revision < device.revision;
  return behind ? { tone: "wait", key: "behind" } : { tone: "good", key: "good" };
}

const ORDER: Condition["key"][] = ["waiting", "refusedSettings", "offline", "behind", "never", "good"];

/** Problems first, then by name as people count: máy 2 before máy 10. */
export function sorted(devices: Device[]): Device[] {
  const weight = (device: Device) => ORDER.indexOf(condition(device).key);
  return [...devices].sort((one, other) => weight(one) - weight(other) || one.name.localeCompare(other.name, "vi", { numeric: true }));
}
