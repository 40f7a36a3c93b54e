// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/** System calls with their failures as exceptions: operation, object, errno. */
public final class SystemCall {
    private SystemCall() {}

    /** Passes a result on, or throws what errno says about it. Call on the thread that made the call, before any other. */
    static int check(String operation, int result) throws IOException {
        if (result < 0) {
            throw new IOException(operation + ": " + Errno.name(Libc.errno()));
        }
        return result;
    }

    /** Replaces this program by another one, which keeps the pid. Returns only by an exception. */
    public static void execute(String path, List<String> arguments, List<String> environment) throws IOException {
        Strings argv = new Strings(arguments);
        Strings envp = new Strings(environment);
        try {
            check("execve " + path, Libc.C.execve(path, argv.address(), envp.address()));
        } finally {
            Reference.reachabilityFence(argv);
            Reference.reachabilityFence(envp);
        }
    }

    /** argv or envp: pointers to strings, ended by null; the strings live as long as this object. */
    public static final class Strings {
        private final NativeBuffer pointers;
        private final List<NativeBuffer> texts = new ArrayList<>();

        /** @param values without zeros */
        public Strings(List<String> values) {
            pointers = new NativeBuffer(8 * (values.size() + 1));
            for (int i = 0; i < values.size(); i++) {
                NativeBuffer text = NativeBuffer.ofString(values.get(i));
                texts.add(text);
                pointers.bytes().putLong(8 * i, text.address());
            }
            pointers.bytes().putLong(8 * values.size(), 0);
        }

        /** Where the pointers lie. */
        public long address() {
            return pointers.address();
        }
    }
}
