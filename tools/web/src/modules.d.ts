// What TypeScript cannot find out by itself about two modules.

declare module "virtual:python" {
  /** Path within the machine -> text of the file. */
  const files: Record<string, string>;
  export default files;
}

declare module "@micropython/micropython-webassembly-pyscript/micropython.mjs" {
  export interface MicroPython {
    FS: {
      mkdir(path: string): void;
      writeFile(path: string, data: string): void;
      analyzePath(path: string): { exists: boolean };
    };
    globals: { get(name: string): unknown };
    runPython(code: string): void;
  }
  export function loadMicroPython(options: {
    heapsize?: number;
    url?: string;
    stdout?: (line: string) => void;
    stderr?: (line: string) => void;
    linebuffer?: boolean;
  }): Promise<MicroPython>;
}
