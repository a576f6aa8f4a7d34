import { type IssueList } from "./issueList.js";
import { MaxNameLength } from "./limits.js";

/**
 * Refuses a name of a file that is too long to be one.
 *
 * @param name the name
 * @param path JSON pointer of the field
 * @param issues receives the problem
 */
export function CheckName(name: string, path: string, issues: IssueList): void {
    if (name.length > MaxNameLength) {
        issues.error(
            "too-large",
            path,
            `the name has ${name.length} characters, at most ${MaxNameLength} are read: shorten it`,
        );
    }
}
