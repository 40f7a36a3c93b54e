// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Numbers under /proc/sys/net, of the calling thread's network namespace. */
final class Sysctl {
    private static final Path NET = Path.of("/proc/sys/net");

    private Sysctl() {}

    /**
     * The path of an interface's setting.
     *
     * @param family {@code ipv4} or {@code ipv6}
     * @param interfaceName or {@code all}
     */
    static String conf(String family, String interfaceName, String setting) {
        return family + "/conf/" + interfaceName + "/" + setting;
    }

    /** The number, or {@code otherwise} where this kernel has no such setting. */
    static int read(String name, int otherwise) {
        try {
            return Integer.parseInt(Files.readString(NET.resolve(name)).trim());
        } catch (IOException | NumberFormatException e) {
            return otherwise;
        }
    }

    /** Whether the setting is the value now: it was, or could be written. */
    static boolean write(String name, int value) {
        if (read(name, value - 1) == value) {
            return true;
        }
        try {
            Files.writeString(NET.resolve(name), Integer.toString(value));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
