import {
    AvatarFormatError,
    type AvatarFormatErrorCode,
    type AvatarFormatWarningCode,
    type IValidationIssue,
} from "./avatarFormatError.js";

/** Problems kept of one file. A file of garbage has millions; nobody reads more than this. */
const MaxIssues = 200;

/** Messages quote names and keys of the file, which can be of any length; this much of a message or a path is kept. */
const MaxTextLength = 250;

function Shorten(text: string): string {
    return text.length > MaxTextLength ? `${text.slice(0, MaxTextLength)}…` : text;
}

/** Gathers the problems of one file, so that a validator can list them all and a reader can refuse at the first. */
export class IssueList {
    /** What was found, in the order of reading. */
    public readonly issues: IValidationIssue[] = [];
    private _firstError: IValidationIssue | null = null;

    /** Whether anything found makes the file unusable. */
    public get hasErrors(): boolean {
        return this._firstError !== null;
    }

    /**
     * Notes a problem that makes the file unusable.
     *
     * @param code kind of problem
     * @param path JSON pointer of the field
     * @param message what was found and the remedy
     */
    public error(code: AvatarFormatErrorCode, path: string, message: string): void {
        this._add({ code, severity: "error", path, message });
    }

    /**
     * Notes something that is left out or approximated.
     *
     * @param code kind of problem
     * @param path JSON pointer of the field
     * @param message what was found and the remedy
     */
    public warning(code: AvatarFormatWarningCode, path: string, message: string): void {
        this._add({ code, severity: "warning", path, message });
    }

    /**
     * Takes over a thrown format error as an issue; anything else is passed on.
     *
     * @param thrown what was caught
     */
    public addThrown(thrown: unknown): void {
        if (!(thrown instanceof AvatarFormatError)) {
            throw thrown;
        }
        // The message of an error begins with its path; an issue keeps the two apart.
        const prefix = thrown.path === "" ? "" : `${thrown.path}: `;
        this.error(thrown.code, thrown.path, thrown.message.slice(prefix.length));
    }

    /**
     * Throws the first error found, if any.
     *
     * @param fileName name of the file for the message
     */
    public throwIfErrors(fileName: string): void {
        if (this._firstError !== null) {
            const { code, path, message } = this._firstError;
            throw new AvatarFormatError(code as AvatarFormatErrorCode, path, message, fileName);
        }
    }

    private _add(found: IValidationIssue): void {
        const issue = { ...found, path: Shorten(found.path), message: Shorten(found.message) };
        if (issue.severity === "error") {
            this._firstError ??= issue;
        }
        if (this.issues.length < MaxIssues) {
            this.issues.push(issue);
        }
    }
}
