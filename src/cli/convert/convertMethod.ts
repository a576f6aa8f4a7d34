import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { type NetworkPrecision } from "../../convert/networks/emitNetwork.js";
import { UsageError } from "../cliError.js";
import { type ICommandLine } from "../command.js";
import { type FolderOnDisk } from "../folderOnDisk.js";
import { TextOption } from "../optionValues.js";

/** A way in which people are trained, as the command line sees it. */
export interface IConvertMethod {
    /** Long names of the options that only this method has. */
    readonly ownOptions: readonly string[];
    /**
     * Understands the command line; no file is looked at.
     *
     * @param line the command line
     * @param inputs what follows the name of the method
     * @returns what is to be done
     * @throws CliError `usage`
     */
    readonly plan: (line: ICommandLine, inputs: readonly string[]) => IConvertPlan;
}

/** A conversion that is to be done. */
export interface IConvertPlan {
    /** Files that are read, which must not be written over. */
    readonly inputs: readonly string[];
    /**
     * Converts.
     *
     * @param disk opens files; the caller closes it
     * @param name name of the output without folder and ending
     * @returns the avatar
     */
    readonly convertAsync: (disk: FolderOnDisk, name: string) => Promise<IAvatarAsset>;
}

const Precisions: Readonly<Record<string, NetworkPrecision>> = { fp16: "float16", fp32: "float32" };

/**
 * Type of the networks' weights.
 *
 * @param line the command line
 * @returns `--precision` (default: 16 bits)
 * @throws CliError `usage`
 */
export function PrecisionOption(line: ICommandLine): NetworkPrecision {
    const text = TextOption(line, "precision") ?? "fp16";
    if (!Object.hasOwn(Precisions, text)) {
        throw UsageError(`--precision is "${text}": fp16 or fp32 is expected.`);
    }
    return Precisions[text]!;
}

/**
 * The notices that the user gave.
 *
 * @param line the command line
 * @returns `--notice`, if any
 */
export function NoticeOption(line: ICommandLine): readonly string[] {
    const notice = TextOption(line, "notice");
    return notice === undefined ? [] : [notice];
}
