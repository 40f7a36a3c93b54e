// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.keepalived.NetworkNamespace;
import io.tandem.node.boot.SystemCall;
import io.tandem.vrrp.netlink.NetNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Has the whole node live in a network namespace ({@code net_namespace}).
 *
 * <p>A thread enters a namespace alone, and the JVM has started a dozen by now that others will be started from. So the one
 * that calls enters and has this process execute its own command line again: then it is the only one. The pid stays.
 */
final class NamespaceEntry {
    private static final String MARK = "TANDEM_NAMESPACE=";

    private NamespaceEntry() {}

    /**
     * Returns where this process lives there already, or none is wanted; else it begins anew.
     *
     * @param name as {@code ip netns} has it, or null
     * @throws IOException if there is none of that name, or it must not be entered
     */
    static void enter(@Nullable String name) throws IOException {
        if (name == null || NetworkNamespace.isOurs(name)) {
            return;
        }
        if (!NetworkNamespace.exists(name)) {
            throw new IOException(
                    "net_namespace " + name + ": there is no such network namespace (ip netns add " + name + ")");
        }
        List<String> environment = new ArrayList<>(strings("/proc/self/environ"));
        if (environment.stream().anyMatch(each -> each.startsWith(MARK))) {
            throw new IOException("net_namespace " + name + ": was entered, but this process is not in it");
        }
        environment.add(MARK + name);
        try (NetNamespace namespace = NetNamespace.named(name)) {
            namespace.enter();
        }
        SystemCall.execute(
                Files.readSymbolicLink(Path.of("/proc/self/exe")).toString(),
                strings("/proc/self/cmdline"),
                environment);
    }

    /** Those of a file in which each ends with a zero. */
    private static List<String> strings(String file) throws IOException {
        String text = new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
        return text.isEmpty()
                ? List.of()
                : List.of(text.substring(0, text.length() - 1).split("\0", -1));
    }
}
