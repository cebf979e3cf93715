import { Button } from "@mantine/core";
import { IconDeviceFloppy, IconPrinter } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { QrCode } from "../../ground/parts/QrCode";
import classes from "./Keep.module.css";

interface Props {
  title: string;
  /** What people read aloud, and what is in the QR. */
  code: string;
  qr: string;
  /** What the verifiers take: the receipt, or the promise of the box. */
  proof: object;
}

/** On paper: enough to find the ballot on the board, and to hold the node to its word. */
function Sheet({ title, code, qr, proof, onDone }: Props & { onDone: () => void }) {
  const { t } = useTranslation();
  useEffect(() => {
    document.body.dataset.printing = "receipt";
    const frame = requestAnimationFrame(() => {
      window.print();
      onDone();
    });
    return () => {
      cancelAnimationFrame(frame);
      delete document.body.dataset.printing;
    };
  }, [onDone]);
  return createPortal(
    <section className={classes.sheet} aria-hidden="true">
      <h1>{t("meeting.keep.heading")}</h1>
      <p>{title}</p>
      <QrCode text={qr} size={220} label={t("meeting.receipt.qr")} />
      <p className={classes.code}>{code}</p>
      <p>{t("meeting.keep.how")}</p>
      <pre>{JSON.stringify(proof)}</pre>
    </section>,
    document.body,
  );
}

function save(name: string, proof: object): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(proof)], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Take the receipt home: as a file that the verification page opens, or on paper. */
export function Keep(props: Props) {
  const { t } = useTranslation();
  const [printing, setPrinting] = useState(false);
  return (
    <>
      <Button size="lg" variant="default" onClick={() => save(t("meeting.keep.name", { code: props.code }), props.proof)} leftSection={<IconDeviceFloppy size={24} />}>
        {t("meeting.keep.file")}
      </Button>
      <Button size="lg" variant="default" onClick={() => setPrinting(true)} leftSection={<IconPrinter size={24} />}>
        {t("meeting.keep.print")}
      </Button>
      {printing && <Sheet {...props} onDone={() => setPrinting(false)} />}
    </>
  );
}
