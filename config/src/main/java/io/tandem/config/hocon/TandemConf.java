// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueFactory;
import io.tandem.config.keepalived.KeepalivedConf;
import io.tandem.config.keepalived.KeepalivedHost;
import io.tandem.config.model.ClusterConfig;
import io.tandem.config.model.NodeConfig;
import io.tandem.config.model.OperatingConfig;
import io.tandem.config.model.StaticNetwork;
import io.tandem.config.model.SyncGroupConfig;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VrrpConfig;
import io.tandem.config.model.VrrpGlobals;
import io.tandem.config.text.Origin;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Severity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads tandem.conf. */
public final class TandemConf {
    /** The proxy in structured form: rendered to haproxy.cfg by a later version. */
    private static final Set<String> PROXY_SCHEMA = Set.of(
            "https_in_binds",
            "http_in_binds",
            "backends",
            "ssl",
            "performance",
            "routing_rules",
            "tcp_services",
            "ha_config",
            "monitoring",
            "proxy_version");

    private final Path file;
    private final Problems problems;
    private final SourceText source;
    private Set<String> asked = Set.of();

    private TandemConf(Path file, Problems problems) {
        this.file = file;
        this.problems = problems;
        this.source = new SourceText(file);
    }

    /**
     * Reads and checks a file and what it includes.
     *
     * @param environment for {@code ${NAME}}; a name the file itself defines wins
     * @param hostName the member that this node is, where {@code cluster.self} is not given
     * @param problems receives everything that is wrong, each with file, line and column
     * @return null where the file has alerts
     */
    public static @Nullable NodeConfig load(
            Path file, Map<String, String> environment, String hostName, Problems problems) {
        Problems own = new Problems();
        NodeConfig node = new TandemConf(file, own).read(environment, hostName);
        own.all().forEach(problems::add);
        return own.hasAlerts() ? null : node;
    }

    /** The paths of all keys that the readers ask for on their way through a file. */
    static Set<String> keysAskedFor(Path file, Map<String, String> environment, String hostName, Problems problems) {
        TandemConf conf = new TandemConf(file, problems);
        conf.read(environment, hostName);
        return conf.asked;
    }

    private @Nullable NodeConfig read(Map<String, String> environment, String hostName) {
        ConfigObject root = parse(environment);
        if (root == null) {
            return null;
        }
        Settings settings = new Settings(root, "", source, problems);
        asked = settings.everAsked();
        List<Path> proxyFiles = proxyFiles(settings.child("proxy"));
        Settings clusterSettings = settings.child("cluster");
        ClusterConfig cluster =
                clusterSettings == null ? null : new ClusterReader(clusterSettings, directory()).read(hostName);
        Settings vrrpSettings = settings.child("vrrp");
        OperatingConfig operating =
                vrrpSettings == null ? OperatingConfig.NONE : new OperatingReader(vrrpSettings).read();
        VrrpConfig vrrp = vrrp(vrrpSettings, cluster, hostName, environment);
        for (String key : PROXY_SCHEMA) {
            if (settings.has(key)) {
                settings.wrong(
                        key,
                        "is not supported by this version of tandem",
                        "write the proxy as haproxy.cfg and name it: proxy { files = [ \"haproxy.cfg\" ] }");
            }
        }
        settings.rejectUnknown();
        return new NodeConfig(proxyFiles, cluster, vrrp, operating);
    }

    private @Nullable ConfigObject parse(Map<String, String> environment) {
        if (!Files.isReadable(file)) {
            String what = Files.exists(file) ? "cannot be read" : "does not exist";
            problems.add(new Problem(Severity.ALERT, null, file + ": " + what, null));
            return null;
        }
        try {
            Config parsed = ConfigFactory.parseFile(
                    file.toFile(),
                    ConfigParseOptions.defaults()
                            .setSyntax(ConfigSyntax.CONF)
                            .setAllowMissing(false)
                            .setIncluder(new FileIncluder()));
            Set<String> ownKeys = Set.copyOf(parsed.root().keySet());
            Config withEnvironment = parsed.withFallback(ConfigValueFactory.fromMap(environment, "environment"));
            ConfigObject resolved = withEnvironment
                    .resolve(ConfigResolveOptions.defaults().setUseSystemEnvironment(false))
                    .root();
            for (String key : List.copyOf(resolved.keySet())) {
                resolved = ownKeys.contains(key) ? resolved : resolved.withoutKey(key);
            }
            return resolved;
        } catch (ConfigException e) {
            report(e);
            return null;
        }
    }

    private void report(ConfigException e) {
        ConfigOrigin at = e.origin();
        Origin origin = at == null ? new Origin(file.toString(), 1, 0) : source.locate(at, null);
        String message = String.valueOf(e.getMessage());
        // Typesafe Config puts "file: line: " before what it says
        String text = at == null ? message : message.replaceFirst("^.*?" + at.lineNumber() + ": ", "");
        String remedy = e instanceof ConfigException.UnresolvedSubstitution
                ? "set the variable, or write ${?NAME} where it may be missing"
                : null;
        problems.add(new Problem(Severity.ALERT, origin, origin + ": " + text, remedy));
    }

    private List<Path> proxyFiles(@Nullable Settings proxy) {
        if (proxy == null) {
            return List.of();
        }
        List<Path> files = new ArrayList<>();
        for (String name : proxy.strings("files", "[ \"haproxy.cfg\" ]")) {
            files.add(directory().resolve(name));
        }
        proxy.rejectUnknown();
        return files;
    }

    private VrrpConfig vrrp(
            @Nullable Settings vrrp,
            @Nullable ClusterConfig cluster,
            String hostName,
            Map<String, String> environment) {
        if (vrrp == null) {
            return VrrpConfig.NONE;
        }
        VrrpConfig given = VrrpConfig.NONE;
        String keepalivedFile = vrrp.string("keepalived-file", "/etc/keepalived/keepalived.conf");
        if (keepalivedFile != null) {
            KeepalivedHost host = KeepalivedHost.current(environment, hostName.split("\\.", 2)[0]);
            given = KeepalivedConf.load(directory().resolve(keepalivedFile), host, problems)
                    .vrrp();
        }
        List<VirtualRouterConfig> routers = new ArrayList<>(given.routers());
        Settings named = vrrp.child("routers");
        if (named != null) {
            String self = cluster == null ? hostName : cluster.self();
            for (String name : named.names()) {
                Settings router = named.child(name);
                if (router != null) {
                    addRouter(routers, name, router, self);
                }
            }
        }
        List<SyncGroupConfig> groups = new ArrayList<>(given.groups());
        List<VirtualRouterConfig> own = routers.subList(given.routers().size(), routers.size());
        groups.addAll(NotifyReader.groups(vrrp.child("groups"), own));
        VrrpGlobals globals = NotifyReader.globals(vrrp, given.globals(), hostName);
        globals.host().linkDelays().stream()
                .filter(delay -> delay.down().compareTo(delay.patience(routers)) > 0)
                .forEach(delay -> vrrp.wrong(
                        "interface-delays",
                        "has " + delay.interfaceName() + " down unheeded for longer than Backups wait, which is "
                                + delay.patience(routers).toMillis() + " ms",
                        null));
        StaticNetwork statics = given.statics().and(OwnNetworkReader.statics(vrrp.child("static"), directory()));
        vrrp.rejectUnknown();
        return new VrrpConfig(routers, groups, globals, statics);
    }

    private void addRouter(List<VirtualRouterConfig> routers, String name, Settings settings, String self) {
        VirtualRouterConfig router = new RouterReader(name, settings, self, directory()).read();
        if (router != null) {
            rejectDuplicate(routers, router, settings);
            routers.add(router);
        }
    }

    private static void rejectDuplicate(
            List<VirtualRouterConfig> routers, VirtualRouterConfig router, Settings settings) {
        for (VirtualRouterConfig other : routers) {
            if (other.vrid() == router.vrid()
                    && other.family() == router.family()
                    && other.interfaceName().equals(router.interfaceName())) {
                settings.wrong("vrid", "is that of router \"" + other.name() + "\" on the same interface", null);
            }
        }
    }

    private Path directory() {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? Path.of("/") : parent;
    }
}
