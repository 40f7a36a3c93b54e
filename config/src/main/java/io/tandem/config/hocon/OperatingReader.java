// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import io.tandem.config.model.OperatingConfig;
import io.tandem.config.model.OperatingConfig.Hook;
import io.tandem.config.model.OperatingConfig.ProxyHealth;
import io.tandem.config.model.OperatingConfig.Witness;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code vrrp.witness}, {@code on-active}, {@code on-alarm} and {@code proxy-health}. */
final class OperatingReader {
    private static final Duration LEAST_INTERVAL = Duration.ofMillis(50);
    private static final Duration MOST_INTERVAL = Duration.ofSeconds(10);
    private static final Duration LEAST_TIMEOUT = Duration.ofMillis(100);
    private static final Duration MOST_TIMEOUT = Duration.ofMinutes(5);
    private static final int MOST_RETRIES = 100;
    /** What the JDK's client does not let its callers set, without a word. */
    private static final Set<String> OF_THE_CALL = Set.of(
            "access-control-request-headers",
            "access-control-request-method",
            "connection",
            "content-length",
            "content-transfer-encoding",
            "host",
            "keep-alive",
            "origin",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "via");

    private final Settings vrrp;

    OperatingReader(Settings vrrp) {
        this.vrrp = vrrp;
    }

    OperatingConfig read() {
        return new OperatingConfig(witness(), hook("on-active"), hook("on-alarm"), health());
    }

    private @Nullable Witness witness() {
        Settings settings = vrrp.child("witness");
        if (settings == null) {
            return null;
        }
        InetAddress address = settings.address("address", "10.0.0.254");
        if (!settings.has("address")) {
            settings.missing("address", "10.0.0.254");
        }
        int port = settings.integer("port", 0, 1, 65_535);
        Duration interval = settings.duration("interval", Duration.ofMillis(500), LEAST_INTERVAL, MOST_INTERVAL);
        int fall = settings.integer("fall", 3, 1, 100);
        settings.rejectUnknown();
        return address == null ? null : new Witness(address, port, interval, fall);
    }

    private @Nullable ProxyHealth health() {
        Settings settings = vrrp.child("proxy-health");
        if (settings == null) {
            return null;
        }
        List<String> backends = settings.strings("backends", "[ \"web\" ]");
        if (backends.isEmpty()) {
            settings.missing("backends", "[ \"web\" ]");
        }
        for (String backend : backends) {
            if (!backend.matches("[A-Za-z0-9_.:-]{1,128}")) {
                settings.wrong("backends", "has one that is no name of a backend", null);
            }
        }
        int weight = settings.integer("weight", 100, 1, 253);
        settings.rejectUnknown();
        return new ProxyHealth(backends, weight);
    }

    private @Nullable Hook hook(String name) {
        Settings settings = vrrp.child(name);
        if (settings == null) {
            return null;
        }
        List<String> command = settings.strings("command", "[ \"/usr/local/bin/move-address\" ]");
        URI url = url(settings);
        if (command.isEmpty() == (url == null)) {
            settings.wrong("command", "or \"url\" is needed, and only one of them", null);
        } else if (!command.isEmpty() && !command.get(0).startsWith("/")) {
            settings.wrong("command", "is no absolute path", "command = [ \"/usr/local/bin/move-address\" ]");
        }
        Duration timeout = settings.duration("timeout", Duration.ofSeconds(5), LEAST_TIMEOUT, MOST_TIMEOUT);
        int retries = settings.integer("retries", 3, 0, MOST_RETRIES);
        List<String> headers = settings.strings("headers", "[ \"Authorization: Bearer …\" ]");
        for (String header : headers) {
            String field = header.substring(0, Math.max(0, header.indexOf(':')));
            if (!header.matches("[!#-'*+.0-9A-Z^-z|~-]+:[ -~]*")) {
                settings.wrong("headers", "has one that is not \"name: value\"", null);
            } else if (OF_THE_CALL.contains(field.toLowerCase(Locale.ROOT))) {
                settings.wrong("headers", "has \"" + field + "\", which the call sets by itself", null);
            }
        }
        String user = settings.string("user", "nobody");
        settings.rejectUnknown();
        return new Hook(command, url, headers, timeout, retries, user);
    }

    private static @Nullable URI url(Settings settings) {
        String text = settings.string("url", "http://127.0.0.1:8080/move");
        if (text == null) {
            return null;
        }
        try {
            URI url = new URI(text);
            if (List.of("http", "https").contains(String.valueOf(url.getScheme())) && url.getHost() != null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        settings.wrong("url", "is no http or https URL", "url = \"http://127.0.0.1:8080/move\"");
        return null;
    }
}
