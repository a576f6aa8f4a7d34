/** Where a command writes: results for machines and pipes, notes for the person at the keyboard. */
export interface ITerminal {
    /** Whether notes go to a screen, so that a line can be written over. */
    readonly isInteractive: boolean;
    /** Writes to standard output. */
    writeResult(text: string): void;
    /** Writes to standard error. */
    writeNote(text: string): void;
}

/**
 * The terminal of this process.
 *
 * @returns standard output and standard error
 */
export function CreateProcessTerminal(): ITerminal {
    return {
        isInteractive: process.stderr.isTTY,
        writeResult: (text) => process.stdout.write(text),
        writeNote: (text) => process.stderr.write(text),
    };
}

/** Escape sequence that clears the line, and the return to its start. */
const ClearLine = "\r\u001b[2K";

/** Characters of the bar. */
const BarWidth = 24;

/**
 * Progress on standard error: one line that is written over on a screen, one line a stage otherwise, nothing when quiet.
 */
export class ProgressLine {
    private readonly _terminal: ITerminal;
    private readonly _isQuiet: boolean;
    private _stage = "";
    private _shown = "";

    /**
     * @param terminal where to write
     * @param isQuiet true to write nothing
     */
    public constructor(terminal: ITerminal, isQuiet: boolean) {
        this._terminal = terminal;
        this._isQuiet = isQuiet;
    }

    /**
     * Shows how far the work is.
     *
     * @param stage what is being done, for people
     * @param fraction share of the stage that is done, 0..1
     */
    public report(stage: string, fraction: number): void {
        if (this._isQuiet) {
            return;
        }
        if (!this._terminal.isInteractive) {
            if (stage !== this._stage) {
                this._terminal.writeNote(`${stage}\n`);
            }
            this._stage = stage;
            return;
        }
        const done = Math.round(BarWidth * Math.min(1, Math.max(0, fraction)));
        const line = `${"█".repeat(done)}${"░".repeat(BarWidth - done)} ${stage}`;
        if (line !== this._shown) {
            this._terminal.writeNote(ClearLine + line);
            this._shown = line;
        }
    }

    /**
     * Writes a line that stays.
     *
     * @param text the line
     */
    public note(text: string): void {
        this.clear();
        if (!this._isQuiet) {
            this._terminal.writeNote(`${text}\n`);
        }
    }

    /** Takes the line away, so that something else can be written. */
    public clear(): void {
        if (this._shown !== "") {
            this._terminal.writeNote(ClearLine);
            this._shown = "";
        }
    }
}
