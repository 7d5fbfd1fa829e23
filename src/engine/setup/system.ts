/**
 * What set-up needs of the machine around it. Tests give a machine of their own.
 * @module
 */

/** How a command ended. A command that is not there, or may not run, ends with 127. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The machine as set-up sees it. */
export interface System {
  /** "linux", "darwin" or "windows". */
  readonly os: string;
  /** "x86_64" or "aarch64". */
  readonly arch: string;
  env(name: string): string | undefined;
  /** Runs a command to its end, or kills it after `seconds` (ending with 124). */
  run(command: string, args: readonly string[], options?: { cwd?: string; seconds?: number }): Promise<Ended>;
  /** Whether a web host answers within `seconds`, whatever it answers. */
  reaches(url: string, seconds: number): Promise<boolean>;
  /** Whether a path exists and may be looked at. */
  exists(path: string): boolean;
}

/** This machine. */
export const thisSystem: System = {
  os: Deno.build.os,
  arch: Deno.build.arch,
  env: (name) => Deno.env.get(name),
  async run(command, args, options = {}) {
    const abort = new AbortController();
    const timer = options.seconds === undefined ? undefined : setTimeout(() => abort.abort(), options.seconds * 1000);
    try {
      const ended = await new Deno.Command(command, {
        args: [...args],
        stdin: "null",
        signal: abort.signal,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      }).output();
      const text = new TextDecoder();
      return {
        code: abort.signal.aborted ? 124 : ended.code,
        stdout: text.decode(ended.stdout),
        stderr: text.decode(ended.stderr),
      };
    } catch (error) {
      const { NotFound, NotADirectory, NotCapable, PermissionDenied } = Deno.errors;
      if ([NotFound, NotADirectory, NotCapable, PermissionDenied].some((type) => error instanceof type)) {
        return { code: 127, stdout: "", stderr: (error as Error).message };
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  },
  async reaches(url, seconds) {
    try {
      const answer = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(seconds * 1000) });
      await answer.body?.cancel();
      return true;
    } catch (error) {
      // No route, no name, refused, too slow, or not allowed to ask: all mean that this way is closed.
      if (error instanceof TypeError || error instanceof DOMException || error instanceof Deno.errors.NotCapable) {
        return false;
      }
      throw error;
    }
  },
  exists(path) {
    try {
      Deno.statSync(path);
      return true;
    } catch (error) {
      // A home folder of /dev/null, as some accounts have, counts as NotCapable: Deno keeps /dev closed.
      const { NotFound, NotADirectory, NotCapable, PermissionDenied } = Deno.errors;
      if ([NotFound, NotADirectory, NotCapable, PermissionDenied].some((type) => error instanceof type)) return false;
      throw error;
    }
  },
};
