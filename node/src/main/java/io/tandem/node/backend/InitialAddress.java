// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.language.ProxyDraft;
import io.tandem.node.setup.Assembly;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is when the process starts ({@code init-addr}, HAProxy manual 5.2). What is wrong is said last of all, and
 * only where nothing else is wrong: so HAProxy does.
 */
final class InitialAddress {
    private InitialAddress() {}

    /** The address; null where there is none yet, or where that has been reported. May ask the system's resolver, and block. */
    static @Nullable InetAddress of(
            ServerSettings settings, ServerAddress written, ProxyDraft draft, Assembly assembly) {
        if (!written.isName()) {
            return written.resolve();
        }
        String subject =
                ServerLines.place(settings.origin) + " : 'server " + draft.name() + "/" + settings.name + "' : ";
        String failed = subject + "could not resolve address '" + written.host() + "'";
        boolean asked = false;
        for (String method : methods(settings)) {
            switch (method) {
                case "last" -> {
                    InetAddress last = assembly.lastAddress(draft.name(), settings.name, written.host());
                    if (last != null) {
                        return last;
                    }
                }
                case "libc" -> {
                    if (!written.isService() && assembly.asksForAddresses()) {
                        asked = true;
                        InetAddress address = written.resolve();
                        if (address != null) {
                            return address;
                        }
                    }
                }
                case "none" -> {
                    warnLast(asked, settings, failed + ", disabling server.", assembly);
                    return null;
                }
                default -> {
                    warnLast(asked, settings, failed + ", falling back to configured address.", assembly);
                    return ServerAddress.literal(method);
                }
            }
        }
        String complaint =
                asked ? failed + "." : subject + "no method found to resolve address '" + written.host() + "'.";
        assembly.lastOfAll(() -> {
            assembly.problems().alert(settings.origin, complaint);
            assembly.finalAlert("Failed to initialize server(s) addr.");
        });
        return null;
    }

    private static List<String> methods(ServerSettings settings) {
        List<String> methods = new ArrayList<>(settings.initAddress);
        if (methods.isEmpty()) {
            methods.addAll(settings.resolvers == null ? List.of("last", "libc") : List.of("last", "libc", "none"));
        }
        if (settings.mayStayUnresolved) {
            methods.add("none");
        }
        return methods;
    }

    private static void warnLast(boolean asked, ServerSettings settings, String text, Assembly assembly) {
        if (asked) {
            assembly.lastOfAll(() -> assembly.problems().warning(settings.origin, text));
        }
    }
}
