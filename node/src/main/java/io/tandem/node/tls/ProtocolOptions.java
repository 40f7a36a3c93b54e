// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.LineError;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options about versions and tickets that {@code bind} and {@code server} lines have in common, and that may also stand in
 * {@code ssl-default-bind-options} and {@code ssl-default-server-options} (HAProxy manual 3.1, 5.1, 5.2).
 */
public final class ProtocolOptions {
    /** What an option does; its name has been read. */
    @FunctionalInterface
    public interface Setting {
        void apply(Arguments line, ProtocolSettings settings);
    }

    /** By name, in the order of their listing. */
    public static final Map<String, Setting> ALL = all();

    private ProtocolOptions() {}

    private static Map<String, Setting> all() {
        Map<String, Setting> settings = new LinkedHashMap<>();
        for (TlsVersion version : TlsVersion.values()) {
            settings.put("no-" + version.suffix(), (line, s) -> s.disable(version));
            settings.put("force-" + version.suffix(), (line, s) -> {
                s.least(version);
                s.most(version);
            });
        }
        settings.put("ssl-min-ver", (line, s) -> s.least(version(line)));
        settings.put("ssl-max-ver", (line, s) -> s.most(version(line)));
        settings.put("no-tls-tickets", (line, s) -> s.tickets = false);
        return Collections.unmodifiableMap(settings);
    }

    private static TlsVersion version(Arguments line) {
        String name = line.taken().text();
        String word =
                line.require("'" + name + "' : missing the ssl/tls version").text();
        return TlsVersion.named(word).orElseThrow(() -> line.error("'" + word + "' : unknown ssl/tls version"));
    }

    /** Looks at one option of {@code ssl-default-…-options}; false where it has none of that name. */
    @FunctionalInterface
    public interface Taker {
        boolean take(String name);
    }

    /** The rest of {@code line}, {@code ssl-default-bind-options} or {@code ssl-default-server-options}. */
    public static void readDefaults(Arguments line, Taker taker) {
        String statement = "global statement '" + line.keyword() + "'";
        if (!line.hasNext()) {
            throw line.error(statement + " expects an option as an argument.");
        }
        while (line.hasNext()) {
            String name = line.next();
            boolean known;
            try {
                known = taker.take(name);
            } catch (LineError error) {
                throw line.error(error.text() + " on " + statement + ".");
            }
            if (!known) {
                throw line.error("unknown option '" + name + "' on " + statement + ".");
            }
        }
    }

    /** Applies option {@code name} where there is one of that name; answers whether there is. */
    public static boolean apply(String name, Arguments line, ProtocolSettings settings) {
        @Nullable Setting setting = ALL.get(name);
        if (setting != null) {
            setting.apply(line, settings);
        }
        return setting != null;
    }
}
