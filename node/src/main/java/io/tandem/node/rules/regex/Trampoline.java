// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.PageManager;

/**
 * A few bytes of machine code that call a function of seven arguments. jffi passes six in registers without an object; for a
 * seventh it needs a buffer on the heap for each call, garbage at every match. This takes the address of a frame instead:
 *
 * <pre>
 *   frame: 0..6   the arguments, 64 bits each
 *          7      the function
 * </pre>
 *
 * Only for x86-64 (System V ABI, section 3.2.3), the architecture of the packages; elsewhere, and where the system gives out
 * no executable memory, the heap's buffer does.
 */
final class Trampoline {
    /** The bytes of a frame. */
    static final int FRAME = 8 * Long.BYTES;

    private static final byte[] X86_64 = bytes(
            0xF3, 0x0F, 0x1E, 0xFA, //       endbr64
            0x48, 0x89, 0xF8, //             mov  rax, rdi
            0xFF, 0x70, 0x30, //             push [rax+48]   the seventh argument; the stack is aligned now
            0x48, 0x8B, 0x38, //             mov  rdi, [rax]
            0x48, 0x8B, 0x70, 0x08, //       mov  rsi, [rax+8]
            0x48, 0x8B, 0x50, 0x10, //       mov  rdx, [rax+16]
            0x48, 0x8B, 0x48, 0x18, //       mov  rcx, [rax+24]
            0x4C, 0x8B, 0x40, 0x20, //       mov  r8,  [rax+32]
            0x4C, 0x8B, 0x48, 0x28, //       mov  r9,  [rax+40]
            0xFF, 0x50, 0x38, //             call [rax+56]
            0x48, 0x83, 0xC4, 0x08, //       add  rsp, 8
            0x48, 0x98, //                   cdqe            an int becomes a long
            0xC3); //                        ret

    /** Where the code is, or 0. */
    static final long ADDRESS = create();

    private Trampoline() {}

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static long create() {
        if (!System.getProperty("os.arch").equals("amd64")) {
            return 0;
        }
        PageManager pages = PageManager.getInstance();
        long page = pages.allocatePages(1, PageManager.PROT_READ | PageManager.PROT_WRITE);
        if (page == 0 || page == -1) {
            return 0;
        }
        MemoryIO.getInstance().putByteArray(page, X86_64, 0, X86_64.length);
        pages.protectPages(page, 1, PageManager.PROT_READ | PageManager.PROT_EXEC);
        return page;
    }
}
