"""The checks of deploy/ are shown a stack in order, and then one fault after the other."""

import contextlib
import io
import runpy
import unittest

from faults import DASHBOARDS, ROOT, Faults

from deploy_checks import collector, compose, image, kubernetes, tools

COMPOSE, PUSH, ENV = "deploy/compose/compose.yaml", "deploy/compose/compose.push.yaml", "deploy/compose/.env"
COLLECTOR, JAEGER = collector.COLLECTOR, collector.JAEGER
SCRAPED, PUSHED = compose.PROMETHEUS
SOURCES, PROVIDERS = compose.SOURCES, compose.PROVIDERS
DOCKERFILE = "deploy/Dockerfile"
SHOP, PAY = "deploy/kubernetes/storefront.yaml", "deploy/kubernetes/payment.yaml"
MONITOR, KUSTOMIZATION = "deploy/kubernetes/servicemonitor.yaml", "deploy/kubernetes/kustomization.yaml"
RULES = "deploy/kubernetes/prometheus-rules.sh"
HEALTH = '      test: [CMD, curl, --fail, --silent, --max-time, "3", "http://localhost:9465/readyz"]'


class Main(unittest.TestCase):
    """What the script makes of what the checks say."""

    def code(self, found, skipped, *arguments):
        script = runpy.run_path(str(ROOT / "scripts/check-deploy.py"))

        def problems(_, left_out):
            left_out += skipped
            return found

        script["main"].__globals__["problems"] = problems
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
            code = script["main"]([str(ROOT), *arguments])
        for line in (*found, *skipped):
            self.assertIn(line, said.getvalue())
        return code

    def test_exit_codes(self):
        self.assertEqual(self.code([], []), 0)
        self.assertEqual(self.code(["a fault"], []), 1)
        self.assertEqual(self.code([], ["no tool"]), 0)
        self.assertEqual(self.code([], ["no tool"], "--all-tools"), 1)
        self.assertEqual(self.code([], [kubernetes.NO_KUBECTL], "--all-tools"), 0)


class Compose(Faults):
    def test_images(self):
        self.fails(
            compose.check_images,
            (ENV, ":v3.13.1", ":latest", "PROMETHEUS_IMAGE is quay.io/prometheus/prometheus:latest, which is no pinne"),
            (ENV, ":13.1.0", "", "GRAFANA_IMAGE is grafana/grafana, which is no pinned version"),
            (ENV, "LOAD=50\n", "", "${LOAD} is not in .env"),
            (ENV, "LOAD=50\n", "LOAD=50\nLODA=50\n", ".env: nothing uses LODA"),
            (COMPOSE, "${JAEGER_IMAGE:?}", "jaeger:2", "the image of jaeger is jaeger:2 and not ${"),
        )

    def test_services(self):
        self.fails(
            compose.check_services,
            (COMPOSE, '          cpus: "0.5"\n', "", "alertmanager has no limit for its cpus"),
            (COMPOSE, "          memory: 512M\n", "", "otel-collector has no limit for its memory"),
            (COMPOSE, HEALTH, "", "payment has neither a health check nor x-no-healthcheck"),
            (COMPOSE, "x-no-healthcheck", "x-nothing", "otel-collector has neither a health check nor"),
            (COMPOSE, HEALTH, "      test: curl http://localhost:9465/", "payment has a health check that is not [CMD"),
            (COMPOSE, "  restart: unless-stopped\n", "", "grafana has no restart: unless-stopped"),
            (COMPOSE, "    max-size: 10m\n", "", "has no json-file log with max-size and max-file"),
            (COMPOSE, '    user: "472:0"\n', "", "grafana runs as root, or does not say as whom"),
            (COMPOSE, '    user: "472:0"', '    user: "0:0"', "grafana runs as root"),
            (COMPOSE, "  cap_drop: [ALL]\n", "", "does not drop all capabilities"),
            (COMPOSE, "127.0.0.1:${GRAFANA_PORT", "${GRAFANA_PORT", "to more than this machine"),
            (COMPOSE, "      alertmanager:\n        cond", "      alarm:\n        cond", "prometheus depends on alarm"),
            (COMPOSE, "condition: service_healthy", "condition: service_started", "which has a health check to wait f"),
            (COMPOSE, "condition: service_started", "condition: service_healthy", "which has no health check"),
        )

    def test_mounts(self):
        self.fails(
            compose.check_mounts,
            (COMPOSE, "./jaeger/config.yaml:", "./jaeger/conf.yaml:", "jaeger mounts ./jaeger/conf.yaml, which is not"),
            (COMPOSE, "config.yaml:/etc/jaeger/config.yaml:ro", "config.yaml:/etc/jaeger/config.yaml", "without :ro"),
            (COMPOSE, "/etc/jaeger/config.yaml]", "/etc/jaeger.yaml]", "jaeger reads /etc/jaeger.yaml, which is not m"),
            (COMPOSE, "      - grafana:/var", "      - grafanna:/var", "grafana mounts grafanna, which is no volume"),
            (COMPOSE, "      - grafana:/var", "      - prometheus:/var", "nothing mounts the volume grafana"),
            (PUSH, ":/etc/prometheus/prometheus.yml:ro", ":/etc/prometheus.yml:ro", "compose.yaml has nothing"),
            (PUSH, "  payment:\n", "  paiment:\n", "paiment is no service of compose.yaml"),
        )

    def test_ports(self):
        self.fails(
            compose.check_ports,
            (COMPOSE, "_PORT:?}:16686", "_PORT:?}:16687", "jaeger publishes its port 16687, but listens at"),
            (COMPOSE, "${JAEGER_PORT", "${GRAFANA_PORT", "both publish ${GRAFANA_PORT:?}"),
            (COMPOSE, "localhost:13133/status", "localhost:13134/status", "the health check of jaeger asks port 13134"),
            (COMPOSE, "http://payment:8081", "http://payment:8082", "payment does not listen at 8082"),
            (COMPOSE, "http://otel-collector:4317", "http://otel-collector:4319", "otel-collector does not listen at"),
            (SCRAPED, "storefront:9464", "storefront:9463", "storefront does not listen at 9463"),
            (SCRAPED, "alertmanager:9093", "alertmanager:9094", "alertmanager does not listen at 9094"),
            (COLLECTOR, "endpoint: jaeger:4317", "endpoint: jaeger:4318", "jaeger does not listen at 4318"),
            (COLLECTOR, "port: 8888", "port: 8889", "otel-collector does not listen at 8888"),
            (SOURCES, "jaeger:16686", "jaeger:16685", "jaeger does not listen at 16685"),
            ("Sources/storefront/Options/ShopOptions.swift", "port = 8080", "port = 80", "storefront publishes its po"),
            (COMPOSE, "  jaeger:\n    <<", "  yaeger:\n    <<", "where yaeger listens is not known"),
        )

    def test_prometheus(self):
        self.fails(
            compose.check_prometheus,
            (COMPOSE, "feature=exemplar-storage", "feature=none", "prometheus lacks --enable-feature=exemplar-storage"),
            (SCRAPED, "  scrape_native_histograms: true\n", "", "global.scrape_native_histograms is not true"),
            (SCRAPED, "global:\n", f"global:\n  {compose.CLASSIC}: true\n", f"global.{compose.CLASSIC} is there"),
            (PUSHED, "alerts/*.rules.yml", "rules/*.rules.yml", "/etc/prometheus/rules/*.rules.yml are in no mounted"),
            (SCRAPED, "*.rules.yml", "*.rules.yaml", "there are no rules /etc/prometheus/alerts/*.rules.yaml"),
            (SCRAPED, '"alertmanager:9093"', '"alerts:9093"', "alerts:9093 is no service"),
            (SCRAPED, "job_name: payment", "job_name: pay", "payment is not scraped"),
            (PUSHED, "job_name: jaeger", "job_name: payment", "payment is scraped, though it pushes"),
            (PUSHED, "  keep_identifying", "  forget_identifying", "target_info would lose service_name"),
            (SCRAPED, "  keep_identifying", "  forget_identifying", "target_info would lose service_name"),
            (SCRAPED, "_attributes: true", "_attributes: false", "target_info would lose service_name"),
            (SCRAPED, "time_window: 10m", "time_window: 5m", "has another storage than"),
            (PUSHED, "otlp:\n", "otlp:\n  convert_histograms_to_nhcb: true\n", "has another otlp than"),
        )

    def test_intervals(self):
        self.fails(
            compose.check_intervals,
            (SCRAPED, "scrape_interval: 15s", "scrape_interval: 30s", "scrapes every 30 s, but Grafana's timeInterval"),
            (SOURCES, "timeInterval: 15s", "timeInterval: 60s", "pushes every 15000 ms, but Grafana's timeInterval is"),
            (SOURCES, "timeInterval: 15s", "timeInterval: 1m", "'1m' is no number of seconds"),
        )

    def test_grafana(self):
        self.fails(
            compose.check_grafana,
            (SOURCES, "datasourceUid: jaeger", "datasourceUid: tempo", "exemplars lead to tempo, which is no data sou"),
            (SOURCES, "- name: trace_id", "- name: traceID", "the label of exemplars is trace_id, not traceID"),
            (SOURCES, "uid: alertmanager", "uid: jaeger", "Alertmanager has no uid of its own"),
            (SOURCES, "      exemplarTraceIdDestinations", "      exemplars", "Prometheus has no exemplarTraceIdDesti"),
            (SOURCES, "type: jaeger", "type: prometheus", "has 2 data sources of type prometheus"),
            (COMPOSE, "public/runbooks:ro", "public/books:ro", "grafana does not have ../../alerts/runbooks at"),
            (PROVIDERS, "path: /var/lib/", "path: /var/", "/var/grafana-dashboards is not mounted"),
            (COMPOSE, "../../dashboards:/", "../../alerts/runbooks:/", "there are no dashboards in ../../alerts/runbo"),
        )

    def test_collectors(self):
        self.fails(
            collector.check_collectors,
            (COLLECTOR, "processors: [tail_sampling]", "processors: [tail]", "has tail among its processors, which is"),
            (COLLECTOR, "      receivers: [forward]\n", "", "the pipeline traces/kept has no receivers"),
            (COLLECTOR, "  forward: {}", "  forward: {}\n  spare: {}", "the connector spare is exporter 0 times"),
            (COLLECTOR, "receivers: [otlp, span_metrics]", "receivers: [otlp]", "connector span_metrics is receiver 0"),
            (COLLECTOR, "[otlp_grpc/jaeger]", "[otlp_http/prometheus]", "otlp_grpc/jaeger of the exporters is in no"),
            (COLLECTOR, "[tail_sampling]", "[tail_sampling, memory_limiter]", "memory_limiter that is not the first"),
            (COLLECTOR, "threshold_ms: 250", "threshold_ms: 500", "traces are kept from 500 ms on, but alerts/slo.rul"),
            (COLLECTOR, "[ERROR]", "[OK]", "no policy keeps the traces with errors"),
            (COLLECTOR, "percentage: 10", "percentage: 0", "0 % of the other traces are kept, but deploy/README.md says"),
            (COLLECTOR, "        type: prob", "        typ: prob", "no policy keeps a share of the other traces"),
            (collector.README, "- 10 % of the others", "- 1 % of the others", "but deploy/README.md says 1 %"),
            (collector.README, "- 10 % of the others", "- some", "deploy/README.md: does not say how many % of the others"),
            (COLLECTOR, "[memory_limiter]", "[memory_limiter, tail_sampling]", "span_metrics is behind tail_sampling"),
            (COLLECTOR, "processors: [tail_sampling]", "processors: []", "no pipeline has tail_sampling"),
            (JAEGER, "[healthcheckv2, ", "[", "the extension healthcheckv2 is not in service.extensions"),
            (JAEGER, "[healthcheckv2, ", "[healthcheckv2, pprof, ", "the extension pprof is not defined"),
            (JAEGER, "trace_storage: traces", "trace_storage: spans", "spans is none of the backends of jaeger_storag"),
            (JAEGER, "metrics: span-metrics", "metrics: metrics", "metrics is none of the metric_backends"),
            (COLLECTOR, "receivers:\n  otlp:", "receivers: [\n  otlp:", "config.yaml: is no YAML"),
        )

    def test_spans_are_counted_before_a_sampler_in_another_pipeline(self):
        path = self.root / COLLECTOR
        before = path.read_text(encoding="utf-8")
        swapped = before.replace("exporters: [span_metrics, forward]", "exporters: [forward]").replace(
            "exporters: [otlp_grpc/jaeger]", "exporters: [otlp_grpc/jaeger, span_metrics]"
        )
        path.write_text(swapped, encoding="utf-8")
        found, _ = self.problems(collector.check_collectors)
        self.assertTrue([said for said in found if "span_metrics is behind tail_sampling" in said], found)


class Image(Faults):
    def test_stages(self):
        self.fails(
            image.check_stages,
            (DOCKERFILE, "BUILD_IMAGE=swift:6.3-bookworm", "BUILD_IMAGE=swift:latest", "swift:latest, which is no pin"),
            (DOCKERFILE, "--static-swift-stdlib ", "", "the build lacks --static-swift-stdlib"),
            (DOCKERFILE, "--product storefront ", "", "the build lacks --product storefront"),
            (DOCKERFILE, "build /storefront", "build /shop", "is not the one that is copied and started"),
            (DOCKERFILE, '["/usr/local/bin/', '["/usr/bin/', "is not the one that is copied and started"),
            (DOCKERFILE, "USER 10001:10001", "USER root", "the last USER has to be a number that is not 0"),
            (DOCKERFILE, "USER 10001:10001", "USER 10002:10002", "USER is 10002:10002, but storefront of"),
            (DOCKERFILE, "EXPOSE 8080 9464", "EXPOSE 8080 9463", "but the services listen at [8080, 8081, 9464, 9465]"),
            (ENV, "vitals-storefront:1.0.0", "vitals-storefront:1.0.1", "says another name than STOREFRONT_IMAGE"),
        )

    def test_context(self):
        self.fails(
            image.check_context,
            (DOCKERFILE, "COPY Benchmarks Benchmarks\n", "", "does not copy Benchmarks, in which Package.swift has"),
            (DOCKERFILE, "COPY Sources Sources", "COPY Source Sources", "copies Source, which is not there"),
            (".dockerignore", "!Sources\n", "", "leaves out Sources, which deploy/Dockerfile copies"),
            (".dockerignore", "*\n!Pack", "!Pack", "does not begin with *"),
            (".dockerignore", "!Sources\n", "!Sources\n!docs\n", "keeps docs, which deploy/Dockerfile does not copy"),
        )

    def test_libraries(self):
        self.fails(
            image.check_libraries,
            *((DOCKERFILE, f"        {name} \\\n", "", f"does not install {name}, which") for name in (
                "libcrypt1", "libdeflate0", "libgnutls30", "libmicrohttpd12", "libnghttp2-14", "libsqlite3-0",
                "libcurl4", "libssl3", "curl",
            )),
            (DOCKERFILE, "        libcurl4 \\\n", "        libcurl4 libpq5 \\\n", "installs libpq5, which"),
        )  # fmt: skip


class Kubernetes(Faults):
    def test_schemas(self):
        self.fails(
            kubernetes.check_schemas,
            (SHOP, "replicas: 1", 'replicas: "one"', "Deployment storefront: spec.replicas: 'one' is not of type"),
            (SHOP, "readinessProbe:", "readynessProbe:", "'readynessProbe' was unexpected"),
            (PAY, "kind: Service", "kind: Servise", "Kubernetes 1.33 has no such kind"),
        )

    def test_kustomization(self):
        self.fails(
            kubernetes.check_kustomization,
            (KUSTOMIZATION, "  - payment.yaml\n", "", "payment.yaml is not among the resources"),
            (KUSTOMIZATION, "  - payment.yaml\n", "  - pay.yaml\n", "pay.yaml is not there"),
            (KUSTOMIZATION, "namespace: vitals-shop", "namespace: shop", "the namespace shop is not made"),
            (KUSTOMIZATION, "newTag: 1.0.0", "newTag: latest", "the tag of vitals-storefront is latest, but"),
            (SHOP, "image: vitals-storefront", "image: storefront", "the image storefront of storefront is not among"),
        )

    def test_dashboards_and_rules(self):
        self.fails(
            kubernetes.check_dashboards,
            (DASHBOARDS, "[slo.json]", "[slos.json]", "slo.json is in no ConfigMap"),
            (DASHBOARDS, "[slo.json]", "[slos.json]", "slos.json is not there"),
            (DASHBOARDS, 'grafana_dashboard: "1"', 'grafana_dashboard: "yes"', "the label grafana_dashboard is not"),
        )
        self.fails(
            kubernetes.check_rules,
            (RULES, "s/^\\(.\\)/  \\1/", "s/rate5m/rate1m/; s/^\\(.\\)/  \\1/", "does not have the groups of alerts/s"),
            (RULES, "*.rules.yml", "*.rule.yml", "there are no rule files in"),
        )

    def test_deployments(self):
        self.fails(
            kubernetes.check_deployments,
            (SHOP, "      labels:\n        app.kubernetes.io/name: store", "      labels:\n        app: store", "own"),
            (SHOP, "containerPort: 8080", "containerPort: 80", "but it listens at [8080, 9464]"),
            (SHOP, "path: /readyz", "path: /ready", "its readinessProbe does not ask for /readyz at the port"),
            (SHOP, "- name: http\n              cont", "- name: api\n              cont", "startupProbe asks the port"),
            (SHOP, 'io/port: "9464"', 'io/port: "9465"', "prometheus.io/port is 9465, its metrics are at 9464"),
            (SHOP, "            - name: database\n", "            - name: data\n", "mounts data, which is none of its"),
            (SHOP, "claimName: storefront", "claimName: shop", "claims shop, which there is no PersistentVolumeClaim"),
            (SHOP, "runAsNonRoot: true", "runAsNonRoot: false", "has to run as ['10001'], the user of the image"),
            (PAY, "runAsUser: 10001", "runAsUser: 10002", "has to run as ['10001'], the user of the image"),
            (PAY, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "may write to its image"),
            (PAY, "drop: [ALL]", "drop: [CHOWN]", "does not drop all capabilities"),
            (PAY, "              cpu: 100m\n", "", "has no requests for cpu"),
            (PAY, "terminationGracePeriodSeconds: 15", "terminationGracePeriodSeconds: 8", "is killed after 8 s, but"),
            (PAY, "  name: payment\n  labels", "  name: pay\n  labels", "there is no Deployment payment"),
        )

    def test_services(self):
        self.fails(
            kubernetes.check_services,
            (PAY, "  selector:\n    app.kubernetes.io/name: payment", "  selector:\n    app: x", "selects the pods of"),
            (PAY, "targetPort: http", "targetPort: web", "leads to the port web, which payment does not have"),
            (PAY, "      port: 8081", "      port: 80", "Service payment has the port 80 for 8081"),
            (SHOP, "http://payment:8081", "http://payments:8081", "storefront calls payments:8081, which no Service h"),
            (SHOP, "http://payment:8081", "http://payment:8082", "storefront calls payment:8082, which no Service has"),
            (MONITOR, "io/part-of: vitals-shop\n  end", "io/part-of: shop\n  end", "does not select the Service payme"),
            (MONITOR, "- port: metrics", "- port: metric", "scrapes the port metric, which storefront does not have"),
        )

    def test_kubectl(self):
        self.fails(
            kubernetes.check_build,
            (KUSTOMIZATION, "  - payment.yaml\n", "", "kubectl kustomize does not make"),
            (KUSTOMIZATION, "kind: K", "kind: C", "kubectl kustomize: "),
        )


class Tools(Faults):
    def test_compose(self):
        self.fails(
            tools.check_compose,
            (COMPOSE, "  cap_drop:", "  cap_dorp:", "cap_dorp"),
            (COMPOSE, "      payment:\n        cond", "      paiment:\n        cond", "docker-compose: "),
            (ENV, "LOAD=50\n", "", "LOAD"),
            (PUSH, "environment: *push", "environment: *pull", "docker-compose: "),
        )

    def test_prometheus(self):
        self.fails(
            tools.check_prometheus,
            (SCRAPED, "extra_scrape_metrics", "extra_scrape_metric", "field extra_scrape_metric not found"),
            (PUSHED, "keep_identifying", "keep_id", "newer promtool"),
            (SCRAPED, "max_exemplars", "most_exemplars", "promtool on the PATH (without extra_scrape_metrics, otlp"),
            ("alerts/slo.rules.yml", "expr:", "exrp:", "prometheus.yml: newer promtool"),
        )

    def test_alertmanager(self):
        self.fails(
            tools.check_alertmanager,
            (tools.ALERTMANAGER, "receiver: pages", "receiver: pagers", "pagers"),
        )


if __name__ == "__main__":
    unittest.main()
