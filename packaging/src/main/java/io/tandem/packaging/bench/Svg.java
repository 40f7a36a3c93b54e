// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Contender.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws {@link TippingPoint}'s curves: a panel for each kind of connection, p99 (solid) and p50 (dashed) over the rate. */
final class Svg {
    private static final int PANEL_WIDTH = 520;
    private static final int PANEL_HEIGHT = 320;
    private static final int LEFT = 70;
    private static final int TOP = 50;
    private static final int PLOT_WIDTH = PANEL_WIDTH - LEFT - 20;
    private static final int PLOT_HEIGHT = PANEL_HEIGHT - TOP - 50;
    private static final String TANDEM = "#0b6e4f";
    private static final String HAPROXY = "#c8553d";

    private Svg() {}

    static String of(List<TippingPoint.Point> points) {
        Map<String, List<TippingPoint.Point>> panels = new LinkedHashMap<>();
        for (TippingPoint.Point point : points) {
            String title =
                    (point.tls() ? "SSL" : "Non SSL") + (point.kept() ? ", kept connections" : ", a connection each");
            panels.computeIfAbsent(title, key -> new ArrayList<>()).add(point);
        }
        int rows = (panels.size() + 1) / 2;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                        + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                2 * PANEL_WIDTH,
                rows * PANEL_HEIGHT));
        int index = 0;
        for (Map.Entry<String, List<TippingPoint.Point>> panel : panels.entrySet()) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<g transform=\"translate(%d,%d)\">%n",
                    index % 2 * PANEL_WIDTH,
                    index / 2 * PANEL_HEIGHT));
            panel(svg, panel.getKey(), panel.getValue());
            svg.append("</g>\n");
            index++;
        }
        return svg.append("</svg>\n").toString();
    }

    private static void panel(StringBuilder svg, String title, List<TippingPoint.Point> points) {
        double most = 1.05
                * points.stream()
                        .mapToDouble(TippingPoint.Point::perSecond)
                        .max()
                        .orElse(1);
        double low = Math.floor(Math.log10(Math.max(
                1, points.stream().mapToDouble(TippingPoint.Point::p50).min().orElse(1))));
        double high = Math.ceil(Math.log10(Math.max(
                10, points.stream().mapToDouble(TippingPoint.Point::p99).max().orElse(10))));
        text(svg, PANEL_WIDTH / 2.0, 22, "middle", title);
        text(svg, LEFT + PLOT_WIDTH / 2.0, PANEL_HEIGHT - 10, "middle", "requests a second");
        text(svg, LEFT, TOP - 8, "start", "latency: p99 solid, p50 dashed");
        for (double decade = low; decade <= high; decade++) {
            double y = y(Math.pow(10, decade), low, high);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
                    LEFT,
                    LEFT + PLOT_WIDTH,
                    y,
                    y));
            text(
                    svg,
                    LEFT - 6,
                    y + 4,
                    "end",
                    decade < 3 ? (int) Math.pow(10, decade) + " us" : (int) Math.pow(10, decade - 3) + " ms");
        }
        for (int i = 0; i <= 4; i++) {
            double rate = most * i / 4;
            text(
                    svg,
                    LEFT + PLOT_WIDTH * i / 4.0,
                    TOP + PLOT_HEIGHT + 18,
                    "middle",
                    String.format(Locale.ROOT, "%.0f", rate));
        }
        int legend = 0;
        for (Kind kind : List.of(Kind.HAPROXY, Kind.TANDEM)) {
            String colour = kind == Kind.TANDEM ? TANDEM : HAPROXY;
            List<TippingPoint.Point> of =
                    points.stream().filter(p -> p.kind() == kind).toList();
            for (boolean tail : new boolean[] {true, false}) {
                StringBuilder line = new StringBuilder();
                for (TippingPoint.Point point : of) {
                    line.append(String.format(
                            Locale.ROOT,
                            "%.1f,%.1f ",
                            LEFT + PLOT_WIDTH * point.perSecond() / most,
                            y(tail ? point.p99() : point.p50(), low, high)));
                }
                svg.append("<polyline fill=\"none\" stroke=\"")
                        .append(colour)
                        .append(tail ? "\" stroke-width=\"2\"" : "\" stroke-dasharray=\"4 3\"")
                        .append(" points=\"")
                        .append(line)
                        .append("\"/>\n");
            }
            svg.append("<g fill=\"").append(colour).append("\">");
            text(svg, LEFT + PLOT_WIDTH, TOP + 14 + 16 * legend++, "end", kind.label());
            svg.append("</g>\n");
        }
    }

    /** Logarithmic. */
    private static double y(double micros, double low, double high) {
        double share = (Math.log10(Math.max(1, micros)) - low) / (high - low);
        return TOP + PLOT_HEIGHT * (1 - share);
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text));
    }
}
