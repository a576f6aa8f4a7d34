import { ArkitNames, type ArkitName } from "./arkitNames.js";
import { type IAvatarExtension } from "./avatarSchema.js";
import { AvatarExtensionName } from "./extensionNames.js";
import { type IssueList } from "./issueList.js";
import { type IFaceJointTurns } from "./morphTarget.js";

const Known: ReadonlySet<string> = new Set(ArkitNames);

/**
 * Checks the names of shapes.
 *
 * @param shapes what each of some shapes has
 * @param path JSON pointer of the list
 * @param issues receives every name that is none
 * @returns the same list
 */
export function CheckShapes<T>(
    shapes: Readonly<Record<string, T>>,
    path: string,
    issues: IssueList,
): Readonly<Partial<Record<ArkitName, T>>> {
    for (const name of Object.keys(shapes)) {
        if (!Known.has(name)) {
            issues.error("invalid-extension", path, `"${name.slice(0, 64)}" is not one of ARKit's 52 shapes`);
        }
    }
    return shapes;
}

/**
 * Reads how the face turns joints.
 *
 * @param extension the avatar extension, or null for a file of others
 * @param issues receives every problem
 * @returns the turns; undefined where the file says nothing
 */
export function ReadFaceJoints(
    extension: IAvatarExtension | null,
    issues: IssueList,
): readonly IFaceJointTurns[] | undefined {
    const path = `/extensions/${AvatarExtensionName}/faceJoints`;
    const seen = new Set<string>();
    return extension?.faceJoints?.map(({ joint, turns }, index) => {
        if (seen.has(joint)) {
            issues.error(
                "duplicate-name",
                `${path}/${index}/joint`,
                `the turns of "${joint}" are there twice: make them one`,
            );
        }
        seen.add(joint);
        return { joint, turns: CheckShapes(turns, `${path}/${index}/turns`, issues) };
    });
}
