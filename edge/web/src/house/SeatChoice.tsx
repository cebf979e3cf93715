import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMeetings, useSeats } from "./devices";

interface Props {
  meeting: string;
  seat: string;
  onChange: (place: { meeting: string; seat: string }) => void;
}

/** Which meeting a tablet belongs to, and which seat it stands at. */
export function SeatChoice({ meeting, seat, onChange }: Props) {
  const { t } = useTranslation();
  const meetings = useMeetings();
  const seats = useSeats(meeting);
  const lines = (meetings.data ?? []).filter(({ state, id }) => state !== "closed" || id === meeting);
  return (
    <>
      <Select
        label={t("house.devices.meeting")}
        placeholder={t("house.devices.none")}
        data={lines.map(({ id, title }) => ({ value: id, label: title }))}
        value={meeting === "" ? null : meeting}
        onChange={(value) => onChange({ meeting: value ?? "", seat: "" })}
        clearable
      />
      {meeting !== "" && (
        <Select
          label={t("house.devices.seat")}
          placeholder={t("house.devices.none")}
          data={(seats.data?.plan.seats ?? []).map(({ id, label }) => ({ value: id, label }))}
          value={seat === "" ? null : seat}
          onChange={(value) => onChange({ meeting, seat: value ?? "" })}
          searchable
          clearable
        />
      )}
    </>
  );
}
