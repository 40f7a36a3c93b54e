// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.metrics;

import io.tandem.node.frontend.http.Request;
import io.tandem.node.observe.metrics.Exposition.Scope;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.rules.Service;
import io.tandem.node.setup.Feature;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The service {@code prometheus-exporter}. */
public final class MetricsFeature implements Feature {
    @Override
    public Map<String, Service> services() {
        return Map.of("prometheus-exporter", MetricsFeature::serve);
    }

    private static Reply serve(Facts facts) {
        facts.service = "<PROMEX>";
        Request request = facts.request;
        String target = new String(
                request.bytes(),
                request.uriStart(),
                request.uriEnd() - request.uriStart(),
                StandardCharsets.ISO_8859_1);
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        boolean withMaintenance = true;
        int query = target.indexOf('?');
        for (String parameter :
                query < 0 ? new String[0] : target.substring(query + 1).split("&", 64)) {
            if (parameter.equals("no-maint")) {
                withMaintenance = false;
            } else if (parameter.startsWith("scope=") && !scope(parameter.substring(6), scopes)) {
                return Reply.of(400, "Bad Request", "text/plain", "unknown scope\n");
            }
        }
        StringBuilder text = new StringBuilder(32_768);
        Exposition.write(
                facts.configuration.node(),
                scopes.isEmpty() ? EnumSet.allOf(Scope.class) : scopes,
                withMaintenance,
                System.currentTimeMillis(),
                text);
        return Reply.of(200, "OK", "text/plain; version=0.0.4", text);
    }

    private static boolean scope(String word, Set<Scope> scopes) {
        if (word.equals("*")) {
            scopes.addAll(EnumSet.allOf(Scope.class));
            return true;
        }
        for (Scope scope : Scope.values()) {
            if (scope.name().toLowerCase(Locale.ROOT).equals(word)) {
                scopes.add(scope);
                return true;
            }
        }
        return false;
    }
}
