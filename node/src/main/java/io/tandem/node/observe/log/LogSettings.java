// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.config.text.Origin;
import io.tandem.node.frontend.LogStep;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the lines about logs say in one section; inherited from {@code defaults}. */
final class LogSettings implements Facet {
    static final FacetKey<LogSettings> KEY = new FacetKey<>(LogSettings.class, LogSettings::new);

    /** What an access line looks like when no {@code log-format} says so. */
    enum Shape {
        /** {@code Connect from … to …}, once per connection. */
        CONNECT(""),
        TCP("%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq"),
        HTTP("%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs"
                + " %{+Q}r"),
        HTTPS(HTTP.format
                + " %[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv"
                + "/%sslc"),
        CLF("%{+Q}o %{-Q}ci - - [%trg] %r %ST %B \"\" \"\" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc"
                + " %sc %rc %sq %bq %CC %CS %hrl %hsl");

        private final String format;

        Shape(String format) {
            this.format = format;
        }

        /** The format string, as the manual gives it. */
        String format() {
            return format;
        }

        /** How messages name it. */
        String title() {
            return switch (this) {
                case CONNECT -> "";
                case TCP -> "option tcplog";
                case HTTP -> "option httplog";
                case HTTPS -> "option httpslog";
                case CLF -> "option httplog clf";
            };
        }
    }

    final List<LogTarget> targets = new ArrayList<>();
    /** {@code log global}. */
    boolean global;

    Shape shape = Shape.CONNECT;

    @Nullable Origin shapeOrigin;

    @Nullable String format;

    @Nullable Origin formatOrigin;

    /** {@code log-format-sd}. */
    @Nullable String structured;

    @Nullable Origin structuredOrigin;

    /** {@code error-log-format}. */
    @Nullable String errorFormat;

    @Nullable Origin errorFormatOrigin;

    @Nullable String tag;
    /** {@code log-send-hostname}: null not sent, empty this host's. */
    @Nullable String hostName;

    /** Whether there is a format and no line will be written. */
    boolean formatIgnored;

    /** Whether {@link #errorFormat} comes from {@code defaults}. */
    boolean errorFormatInherited;

    boolean dontLogNull;
    boolean dontLogNormal;
    boolean separateErrors;
    /** {@code option logasap}. */
    boolean asSoonAsPossible;

    /** {@code log-steps}: see {@link LogStep#isIn}. */
    int steps = LogStep.AT_THE_END;

    void format(String text, Origin origin) {
        format = text;
        formatOrigin = origin;
    }

    @Override
    public Facet inherit() {
        LogSettings copy = new LogSettings();
        copy.targets.addAll(targets);
        copy.global = global;
        copy.shape = shape;
        copy.shapeOrigin = shapeOrigin;
        copy.format = format;
        copy.formatOrigin = formatOrigin;
        copy.structured = structured;
        copy.structuredOrigin = structuredOrigin;
        copy.errorFormat = errorFormat;
        copy.errorFormatOrigin = errorFormatOrigin;
        copy.errorFormatInherited = true;
        copy.tag = tag;
        copy.hostName = hostName;
        copy.dontLogNull = dontLogNull;
        copy.dontLogNormal = dontLogNormal;
        copy.separateErrors = separateErrors;
        copy.asSoonAsPossible = asSoonAsPossible;
        copy.steps = steps;
        return copy;
    }
}
