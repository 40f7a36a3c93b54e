// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import io.tandem.node.language.ProxyDraft;
import io.tandem.node.setup.NodeRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes the statistics page: the columns, class names and colours that HAProxy's readers know. */
final class Page {
    private static final String STYLE =
            """
            body{font:12px arial,helvetica,sans-serif;color:#000;background:#fff}
            th,td{font-size:10px}h1{font-size:x-large;margin-bottom:.5em}
            h2{font:italic bold x-large helvetica,arial;color:#6020a0;margin:0}
            h3{font:bold 16px helvetica,arial;color:#b00040;background:#e8e8d0;margin:0}
            .titre{background:#20d0d0;font-weight:bold;text-align:center}
            .frontend,.backend{background:#e8e8d0}.socket{background:#d0d0d0}
            .active_up{background:#c0ffc0}.active_down,.backup_down{background:#ff9090}
            .active_going_up{background:#ffd020}.active_going_down{background:#ffffa0}
            .backup_up{background:#b0d0ff}.backup_going_up{background:#ff80ff}.backup_going_down{background:#c060ff}
            .active_draining{background:#20a0ff}.backup_draining{background:#c90}
            .active_no_check,.backup_no_check{background:#e0e0e0}.maintain{background:#c07820}
            table.tbl{border-collapse:collapse;width:100%}
            table.tbl td,table.tbl th{border:1px solid gray;padding:2px 3px;white-space:nowrap}
            table.tbl td{text-align:right}table.tbl td.ac{text-align:center}
            table.tbl th.pxname{background:#b00040;color:#ffff40;text-align:left;width:10%}
            @media(prefers-color-scheme:dark){body{color:#e8e6e3;background:#131516}
            .frontend,.backend{background:#2f3437}.socket{background:#2a2d2f}.titre{background:#1aa6a6;color:#e8e6e3}
            h3{background:#3e3e1f;color:#ff5190}.active_up{background:#165900}.active_down,.backup_down{background:#760000}
            .backup_up{background:#1e3c6a}.active_no_check,.backup_no_check{background:#2a2d2f}}
            """;

    private static final String HEAD_ROW = "<tr class=\"titre\">";

    private static final String HEAD = "<th rowspan=2></th><th colspan=3>Queue</th><th colspan=3>Session rate</th>"
            + "<th colspan=5>Sessions</th><th colspan=2>Bytes</th><th colspan=2>Denied</th>"
            + "<th colspan=3>Errors</th><th colspan=2>Warnings</th><th colspan=8>Server</th></tr>\n"
            + "<tr class=\"titre\"><th>Cur</th><th>Max</th><th>Limit</th><th>Cur</th><th>Max</th><th>Limit</th>"
            + "<th>Cur</th><th>Max</th><th>Limit</th><th>Total</th><th>LbTot</th><th>In</th><th>Out</th>"
            + "<th>Req</th><th>Resp</th><th>Req</th><th>Conn</th><th>Resp</th><th>Retr</th><th>Redis</th>"
            + "<th>Status</th><th>LastChk</th><th>Wght</th><th>Act</th><th>Bck</th><th>Chk</th><th>Dwn</th>"
            + "<th>Dwntme</th></tr>\n";

    private static final List<String> NUMBERS = List.of(
            "qcur",
            "qmax",
            "qlimit",
            "rate",
            "rate_max",
            "rate_lim",
            "scur",
            "smax",
            "slim",
            "stot",
            "lbtot",
            "bin",
            "bout",
            "dreq",
            "dresp",
            "ereq",
            "econ",
            "eresp",
            "wretr",
            "wredis");

    /** The actions of the form and how it names them. */
    private static final String ACTIONS =
            """
            Choose the action to perform on the checked servers : <select name=action><option value=""></option>\
            <option value="ready">Set state to READY</option><option value="drain">Set state to DRAIN</option>\
            <option value="maint">Set state to MAINT</option><option value="dhlth">Health: disable checks</option>\
            <option value="ehlth">Health: enable checks</option><option value="hrunn">Health: force UP</option>\
            <option value="hnolb">Health: force NOLB</option><option value="hdown">Health: force DOWN</option>\
            <option value="dagent">Agent: disable checks</option><option value="eagent">Agent: enable checks</option>\
            <option value="arunn">Agent: force UP</option><option value="adown">Agent: force DOWN</option>\
            <option value="shutdown">Kill Sessions</option></select>""";

    /**
     * What this answer is like.
     *
     * @param admin whether it has forms to change the state of servers
     * @param refresh whether browsers load it again
     * @param options those of the URI that its links keep
     * @param outcome what became of the form that was sent before, or null
     */
    record View(boolean admin, boolean refresh, String options, AdminForm.@Nullable Outcome outcome) {}

    private Page() {}

    static void write(
            NodeRuntime node, List<Row> rows, StatsPage.Settings settings, View view, long nowMs, StringBuilder out) {
        out.append("<!DOCTYPE html>\n<html><head><title>Statistics Report for HAProxy");
        if (settings.node() != null) {
            out.append(" on ").append(html(settings.node().isEmpty() ? node.nodeName() : settings.node()));
        }
        out.append("</title>\n<meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\">\n");
        if (view.refresh()) {
            out.append("<meta http-equiv=\"refresh\" content=\"")
                    .append(settings.refreshS())
                    .append("\">\n");
        }
        out.append("<style>\n").append(STYLE).append("</style></head>\n<body><h1>HAProxy");
        if (!settings.hideVersion()) {
            out.append(" version ")
                    .append(NodeRuntime.VERSION)
                    .append(", released ")
                    .append(NodeRuntime.RELEASE_DATE);
        }
        out.append("</h1>\n<h2>Statistics Report for pid ").append(node.pid());
        title(node, settings, out);
        out.append("</h2>\n<hr>\n<h3>&gt; General process information</h3>\n<p>");
        general(node, nowMs, out);
        links(settings, out);
        outcome(settings, view, out);
        List<Row> proxy = new ArrayList<>();
        for (Row row : rows) {
            if (!proxy.isEmpty() && !proxy.get(0).text("pxname").equals(row.text("pxname"))) {
                table(proxy, view.admin(), node, out);
                proxy.clear();
            }
            proxy.add(row);
        }
        if (!proxy.isEmpty()) {
            table(proxy, view.admin(), node, out);
        }
        out.append("</body></html>\n");
    }

    private static void title(NodeRuntime node, StatsPage.Settings settings, StringBuilder out) {
        if (settings.node() != null) {
            out.append(" on ").append(html(settings.node().isEmpty() ? node.nodeName() : settings.node()));
        }
        String description = settings.description();
        if (description != null && description.isEmpty()) {
            description = node.description();
        }
        if (description != null && !description.isEmpty()) {
            out.append(": ").append(html(description));
        }
    }

    private static void general(NodeRuntime node, long nowMs, StringBuilder out) {
        List<String> wanted =
                List.of("Pid", "Nbthread", "Uptime", "Maxconn", "CurrConns", "ConnRate", "SessRate", "Listeners");
        for (ProcessFacts.Fact fact : ProcessFacts.of(node, nowMs)) {
            if (wanted.contains(fact.name())) {
                out.append("<b>").append(fact.name().toLowerCase(Locale.ROOT)).append(" = </b>");
                out.append(html(fact.value().toString())).append("; ");
            }
        }
        out.append("</p>\n");
        String peers = node.peers().show();
        if (!peers.isEmpty()) {
            out.append("<h3>&gt; Cluster</h3>\n<pre>").append(html(peers)).append("</pre>\n");
        }
    }

    private static void links(StatsPage.Settings settings, StringBuilder out) {
        String uri = html(settings.uri());
        out.append("<p><a href=\"").append(uri).append(";up\">Hide 'DOWN' servers</a> ");
        out.append("<a href=\"").append(uri).append(";norefresh\">Disable refresh</a> ");
        out.append("<a href=\"").append(uri).append("\">Refresh now</a> ");
        out.append("<a href=\"").append(uri).append(";csv;norefresh\">CSV export</a></p>\n");
    }

    /** What became of the form that was sent before, and a link that takes this away. */
    private static void outcome(StatsPage.Settings settings, View view, StringBuilder out) {
        AdminForm.Outcome outcome = view.outcome();
        if (outcome != null) {
            out.append("<p><div class=").append(outcome.style()).append("><a class=lfsb href=\"");
            out.append(html(settings.uri() + view.options())).append("\" title=\"Remove this message\">[X]</a> ");
            out.append(outcome.sentence()).append("</div>\n<p>");
        }
    }

    /** @param admin whether it is a form, if the proxy has servers */
    private static void table(List<Row> rows, boolean admin, NodeRuntime node, StringBuilder out) {
        boolean form = admin && rows.stream().anyMatch(row -> row.kind() == Row.Kind.SERVER);
        String proxy = rows.get(0).text("pxname");
        String description = node.configuration().drafts().named(proxy).stream()
                .map(ProxyDraft::description)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .map(text -> "<th class=\"desc\">" + html(text) + "</th>")
                .orElse("");
        String name = html(proxy);
        if (form) {
            out.append("<form method=\"post\">");
        }
        out.append("<table class=\"tbl\"><tr class=\"titre\"><th class=\"pxname\"><a name=\"")
                .append(name);
        out.append("\"></a>")
                .append(name)
                .append("</th>")
                .append(description)
                .append("</tr></table>\n<table class=\"tbl\">\n")
                .append(HEAD_ROW)
                .append(admin ? all(name, form) : "")
                .append(HEAD);
        rows.forEach(row -> row(row, admin, out));
        out.append("</table>");
        if (form) {
            out.append(ACTIONS).append("<input type=\"hidden\" name=\"b\" value=\"#");
            out.append(rows.get(0).proxyId()).append("\">&nbsp;<input type=\"submit\" value=\"Apply\"></form>");
        }
        out.append("<p>\n");
    }

    /** Checks or clears the boxes of all servers, where there are some. */
    private static String all(String proxy, boolean form) {
        if (!form) {
            return "<th rowspan=2></th>";
        }
        String boxes = "document.getElementsByClassName('" + proxy + "-checkbox')";
        return "<th rowspan=2 width=1><input type=\"checkbox\" onclick=\"for(c in " + boxes + ") " + boxes
                + ".item(c).checked = this.checked\"></th>";
    }

    private static void row(Row row, boolean admin, StringBuilder out) {
        String label =
                switch (row.kind()) {
                    case FRONTEND -> "Frontend";
                    case BACKEND -> "Backend";
                    case SERVER, LISTENER -> row.text("svname");
                };
        out.append("<tr class=\"")
                .append(style(row))
                .append("\">")
                .append(admin ? box(row) : "")
                .append("<td class=ac>")
                .append(html(label))
                .append("</td>");
        for (String column : NUMBERS) {
            out.append("<td>").append(row.text(column)).append("</td>");
        }
        out.append("<td class=ac>").append(html(status(row))).append("</td><td class=ac>");
        out.append(html(lastCheck(row))).append("</td>");
        for (String column : List.of("weight", "act", "bck", "chkfail", "chkdown")) {
            out.append("<td>").append(mark(row, column)).append("</td>");
        }
        out.append("<td>").append(duration(row.value("downtime"))).append("</td></tr>\n");
    }

    /** What a server is chosen by. */
    private static String box(Row row) {
        if (row.kind() != Row.Kind.SERVER) {
            return "<td></td>";
        }
        return "<td><input class='" + html(row.text("pxname")) + "-checkbox' type=\"checkbox\" name=\"s\" value=\""
                + html(row.text("svname")) + "\"></td>";
    }

    /** For a server, {@code act} and {@code bck} say Y or -. */
    private static String mark(Row row, String column) {
        String text = row.text(column);
        if (row.kind() == Row.Kind.SERVER && (column.equals("act") || column.equals("bck"))) {
            return text.equals("1") ? "Y" : "-";
        }
        return text;
    }

    private static String status(Row row) {
        String since = duration(row.value("lastchg"));
        return since.isEmpty() ? row.text("status") : since + " " + row.text("status");
    }

    private static String lastCheck(Row row) {
        String status = row.text("check_status");
        if (status.isEmpty()) {
            return "";
        }
        String code = row.text("check_code");
        return status + (code.isEmpty() ? "" : "/" + code) + " in " + row.text("check_duration") + "ms";
    }

    private static String duration(@Nullable Object seconds) {
        if (!(seconds instanceof Long s)) {
            return "";
        }
        if (s >= 86_400) {
            return s / 86_400 + "d" + s / 3600 % 24 + "h";
        }
        if (s >= 3600) {
            return s / 3600 + "h" + s / 60 % 60 + "m";
        }
        return s >= 60 ? s / 60 + "m" + s % 60 + "s" : s + "s";
    }

    private static String style(Row row) {
        String kind = row.text("bck").equals("1") ? "backup_" : "active_";
        String status = row.text("status");
        return switch (row.kind()) {
            case FRONTEND -> "frontend";
            case BACKEND -> "backend";
            case LISTENER -> "socket";
            case SERVER ->
                status.startsWith("MAINT")
                        ? "maintain"
                        : status.startsWith("DRAIN") || status.startsWith("NOLB")
                                ? kind + "draining"
                                : status.equals("no check")
                                        ? kind + "no_check"
                                        : status.startsWith("DOWN")
                                                ? kind + (status.equals("DOWN") ? "down" : "going_up")
                                                : kind + (status.equals("UP") ? "up" : "going_down");
        };
    }

    /** Text as HTML shows it. */
    private static String html(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
