// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Network namespaces with a name, as {@code ip netns} makes them. */
public final class NetworkNamespace {
    private static final Path NAMED = Path.of("/run/netns");
    private static final Path OURS = Path.of("/proc/thread-self/ns/net");
    private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[^\\s/]{1,255}");

    private NetworkNamespace() {}

    /** Whether {@code ip netns} would take the name. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Whether there is one of that name. */
    public static boolean exists(String name) {
        return Files.exists(NAMED.resolve(name));
    }

    /** Whether the calling thread is in it; false where there is none of that name, or nobody can tell. */
    public static boolean isOurs(String name) {
        try {
            Path named = NAMED.resolve(name);
            return Files.getAttribute(named, "unix:ino").equals(Files.getAttribute(OURS, "unix:ino"))
                    && Files.getAttribute(named, "unix:dev").equals(Files.getAttribute(OURS, "unix:dev"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
