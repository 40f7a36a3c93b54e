// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.bandwidth;

import io.tandem.config.text.Origin;
import io.tandem.config.text.Sizes;
import io.tandem.config.text.Times;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.rules.StickTables;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.rules.sample.TableKey;
import io.tandem.node.rules.sample.TableReference;
import io.tandem.node.setup.Assembly;
import io.tandem.peers.table.TableDefinition;
import org.jspecify.annotations.Nullable;

/** The words of {@code filter bwlim-in|bwlim-out} (HAProxy manual 9.7). Its messages are ours: HAProxy's are those of 2.7. */
public final class BandwidthLines {
    private BandwidthLines() {}

    /** A line before its key and table are known. */
    public record Parsed(BandwidthFilter filter, String key, String table, Origin origin) {
        /** Takes up what the line refers to, now that all proxies are known; reports what there is not. */
        public void complete(ProxyDraft proxy, boolean behindCompression, Assembly assembly) {
            if (behindCompression) {
                filter.behindCompression();
            }
            if (!filter.isShared()) {
                return;
            }
            Expression expression;
            try {
                expression = expression(key, proxy, origin, assembly);
            } catch (SampleError error) {
                alert(proxy, error.text(), assembly);
                return;
            }
            TableReference reference = TableReference.find(table, site(proxy, origin, assembly));
            StickTables.Declared declared = reference == null ? null : reference.declared();
            TableDefinition definition = declared == null ? null : declared.definition();
            if (reference == null || definition == null) {
                alert(proxy, "unable to find stick-table '" + table + "'", assembly);
            } else if (!TableKey.accepts(definition.keyType(), expression.type())) {
                alert(proxy, "stick-table '" + table + "' uses a type incompatible with its key", assembly);
            } else if (definition.column(filter.rate()) == null) {
                alert(
                        proxy,
                        "stick-table '" + table + "' does not store '"
                                + filter.rate().word() + "(<period>)'",
                        assembly);
            } else {
                filter.sharedBy(expression, reference);
            }
        }

        private void alert(ProxyDraft proxy, String text, Assembly assembly) {
            assembly.problems()
                    .alert(
                            origin,
                            "Proxy '" + proxy.name() + "': " + text + ", which filter '" + filter.kind() + " "
                                    + filter.name() + "' refers to.");
        }
    }

    private static Site site(ProxyDraft proxy, Origin origin, @Nullable Assembly assembly) {
        return new Site(proxy, Place.CONTENT, "in 'filter' expression", origin, assembly);
    }

    private static Expression expression(String text, ProxyDraft proxy, Origin origin, @Nullable Assembly assembly) {
        ExpressionParser.Result result = ExpressionParser.parse(text, site(proxy, origin, assembly));
        if (result.end() < text.length()) {
            throw result.extraText();
        }
        return result.expression();
    }

    /** The words behind the filter's kind. */
    public static Parsed parse(Arguments line, ProxyDraft proxy, boolean upload) {
        String kind = upload ? "bwlim-in" : "bwlim-out";
        if (!line.hasNext()) {
            throw line.error("'filter " + kind + "' : expects a <name> argument.");
        }
        String name = line.next();
        long limit = 0;
        long defaultLimit = 0;
        int period = 0;
        long least = 0;
        String key = "";
        String table = "";
        while (line.hasNext()) {
            String word = line.next();
            String argument = line.hasNext() ? line.next() : "";
            if (argument.isEmpty()) {
                throw line.error("'filter " + kind + "' : '" + word + "' expects an argument.");
            }
            switch (word) {
                case "limit" -> limit = size(line, kind, word, argument);
                case "default-limit" -> defaultLimit = size(line, kind, word, argument);
                case "min-size" -> least = size(line, kind, word, argument);
                case "default-period" -> period = period(line, kind, argument);
                case "key" -> key = argument;
                case "table" -> table = argument;
                default -> throw line.error("'filter " + kind + "' : unknown keyword '" + word + "'.");
            }
        }
        boolean shared = !key.isEmpty() || !table.isEmpty() || limit > 0;
        if (shared && (defaultLimit > 0 || period > 0)) {
            throw line.error(
                    "'filter " + kind + "' : 'default-limit' and 'default-period' are for limits of each stream,"
                            + " 'limit', 'key' and 'table' for those that streams share.");
        }
        if (shared && (limit == 0 || key.isEmpty())) {
            throw line.error("'filter " + kind + "' : a limit that streams share needs both 'limit' and 'key'.");
        }
        if (!shared && (defaultLimit == 0 || period == 0)) {
            throw line.error("'filter " + kind + "' : expects either 'default-limit' and 'default-period',"
                    + " or 'limit' and 'key'.");
        }
        if (shared) {
            check(line, proxy, kind, key);
        }
        BandwidthFilter filter =
                new BandwidthFilter(name, upload, shared ? limit : defaultLimit, shared ? 0 : period, least);
        return new Parsed(filter, key, table.isEmpty() ? proxy.name() : table, line.origin());
    }

    private static void check(Arguments line, ProxyDraft proxy, String kind, String key) {
        try {
            expression(key, proxy, line.origin(), null);
        } catch (SampleError error) {
            throw line.error("'filter " + kind + "' : " + error.text() + ".");
        }
    }

    private static long size(Arguments line, String kind, String word, String text) {
        Sizes size = Sizes.parse(text);
        if (!size.ok() || size.value() == 0) {
            throw line.error(
                    "'filter " + kind + "' : '" + word + "' expects a size of at least a byte (got '" + text + "').");
        }
        return size.value();
    }

    private static int period(Arguments line, String kind, String text) {
        Times time = Times.millis(text);
        if (!time.ok() || time.value() == 0) {
            throw line.error("'filter " + kind + "' : 'default-period' expects a time of at least a millisecond (got '"
                    + text + "').");
        }
        return (int) time.value();
    }
}
