// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.socket;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The name of this host, asked of the kernel: a name server would cost time and may know another. */
public final class HostName {
    private HostName() {}

    /** {@code given}, or the kernel's name where that is null: that of this UTS namespace. */
    public static String orGiven(@Nullable String given) {
        if (given != null) {
            return given;
        }
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
