# Thin aliases of manage.py, for who has make.
run test check demo:
	@python3 manage.py $@

.PHONY: run test check demo
