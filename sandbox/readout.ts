import { MakeElement } from "./notice.js";

/** A list of names and values in the panel. */
export class Readout {
    /** The element to put into the page. */
    public readonly element = document.createElement("dl");

    /** Makes an empty list. */
    public constructor() {
        this.element.className = "readout";
    }

    /**
     * Shows these values in place of those before.
     *
     * @param rows names and values
     */
    public show(rows: readonly (readonly [name: string, value: string])[]): void {
        this.element.replaceChildren(
            ...rows.flatMap(([name, value]) => [MakeElement("dt", name), MakeElement("dd", value)]),
        );
    }
}
