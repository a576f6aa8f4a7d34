import { type IRetargetReport, type IRigMapping, type SmplxJointName } from "babylon-gaussian-avatar/motion";
import { MakeElement } from "./notice.js";
import { Readout } from "./readout.js";

/** What is known of a retargeted clip. */
export interface IReportedClip {
    /** Name of the file, and of the clip. */
    readonly title: string;
    /** Names of the rig's nodes. */
    readonly nodeNames: readonly string[];
    /** Which of them plays which joint. */
    readonly mapping: IRigMapping;
    /** What was assumed or mended, a sentence each. */
    readonly warnings: readonly string[];
    /** How well the clip repeats its source; null when nothing moves. */
    readonly report: IRetargetReport | null;
    /** How long retargeting took, milliseconds. */
    readonly milliseconds: number;
    /** How many frames the clip has. */
    readonly frames: number;
}

/** What the families of rigs are called. */
const TemplateTitles: Readonly<Record<string, string>> = {
    generic: "names of no known family",
    topology: "names say nothing; found by shape",
};

/** Tells what was made of a rig, and how well the avatar repeats it. */
export class RetargetReport {
    private readonly _element = document.createElement("details");

    /** @param overlay where it is shown; folded away at first where it would cover the scene */
    public constructor(overlay: HTMLElement) {
        this._element.className = "report";
        this._element.open = matchMedia("(min-width: 64rem)").matches;
        overlay.append(this._element);
    }

    /**
     * Shows a clip in place of the one before.
     *
     * @param clip the clip
     */
    public show({ title, nodeNames, mapping, warnings, report, milliseconds, frames }: IReportedClip): void {
        const found = Object.keys(mapping.nodes).length;
        const template =
            mapping.confidence === 1
                ? "the file says it"
                : (TemplateTitles[mapping.template] ?? `${mapping.template} names`);
        const sure = `${(mapping.confidence * 100).toFixed(0)} % sure`;
        this._element.replaceChildren(
            MakeElement("summary", title),
            MakeElement("p", `${found} of 55 joints found, ${sure}: ${template}.`),
        );
        if (report) {
            this._element.append(AngleTable(report), Figures(report, milliseconds, frames).element);
        }
        if (warnings.length > 0) {
            const list = document.createElement("ul");
            list.append(...warnings.map((warning) => MakeElement("li", warning)));
            this._element.append(list);
        }
        this._element.append(Mapping(mapping, nodeNames));
    }
}

/** How far bones point from where the source's do, by part of the body. */
function AngleTable({ directionDegrees }: IRetargetReport): HTMLElement {
    const table = document.createElement("table");
    const head = document.createElement("tr");
    head.append(...["angle to the source", "mean", "95 %"].map((text) => MakeElement("th", text)));
    table.append(head);
    for (const [group, { mean, p95, count }] of Object.entries(directionDegrees)) {
        if (count > 0) {
            const row = document.createElement("tr");
            row.append(...[group, Degrees(mean), Degrees(p95)].map((text) => MakeElement("td", text)));
            table.append(row);
        }
    }
    return table;
}

function Figures(
    { jointMillimetres, endEffectorShare }: IRetargetReport,
    milliseconds: number,
    frames: number,
): Readout {
    const readout = new Readout();
    readout.show([
        ["joints apart", `${jointMillimetres.mean.toFixed(0)} mm`],
        ["hands and feet, of the limb", `${(endEffectorShare.mean * 100).toFixed(1)} %`],
        ...(frames > 1 ? [["time taken", `${milliseconds.toFixed(0)} ms for ${frames} frames`] as const] : []),
    ]);
    return readout;
}

/** Joints and their bones, folded away. */
function Mapping(mapping: IRigMapping, nodeNames: readonly string[]): HTMLElement {
    const details = document.createElement("details");
    const rows = (Object.entries(mapping.nodes) as [SmplxJointName, number][]).map(
        ([joint, node]): readonly [string, string] => [joint.replaceAll("_", " "), nodeNames[node] ?? ""],
    );
    const readout = new Readout();
    readout.show(rows);
    details.append(MakeElement("summary", "Which bone plays which joint"), readout.element);
    return details;
}

function Degrees(angle: number): string {
    return `${angle.toFixed(1)}°`;
}
